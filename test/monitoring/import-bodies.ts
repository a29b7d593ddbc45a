const labels = (count: number, one: (at: number) => string) => Array.from({ length: count }, (_, at) => one(at)).join();

/** Bodies whose series take memory in different places: a line of each by its number. */
export const IMPORT_BODIES: Readonly<Record<string, (index: number) => string>> = {
  'short labels': (index) => `a_metric_total{instance="a",path="/x/y${index}",code="200"} 1`,
  'eight labels': (index) => `m{${labels(8, (at) => `label_${at}="the value ${at} of ${index}"`)}} 1`,
  'long values': (index) => `m{a="${`${index}`.padEnd(1_000, 'v')}",b="${`${index}`.padEnd(900, 'w')}"} 1`,
  'values in Cyrillic': (index) => `m{${labels(10, (at) => `l${at}="${`${index}`.padEnd(100, 'ж')}"`)}} 1`,
  'long lines around short labels': (index) => `m{path="/a/path/of/its/own/${index}"} 1 # {t="${'x'.repeat(8_000)}"} 1`,
  'long lines around refused series': (index) =>
    index % 2 === 0 ? `m{path="${index}"} 1` : `m{path="a text of ${index}",path="x"} 1 # {t="${'x'.repeat(8_000)}"} 1`,
};
