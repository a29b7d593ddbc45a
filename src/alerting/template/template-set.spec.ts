import { escapeHtml } from './builtin-functions';
import { FunctionInterrupt, templateFunction, type TemplateFunctions } from './template-functions';
import { TemplateSet } from './template-set';
import { TemplateMap } from './template-values';

class Interrupt extends FunctionInterrupt {}

const functions: TemplateFunctions = new Map([
  ['toUpper', templateFunction(['string'], (text) => text.toUpperCase())],
  ['half', templateFunction(['number'], (value) => value / 2)],
  [
    'fail',
    templateFunction([], () => {
      throw new Error('no luck');
    }),
  ],
  [
    'interrupt',
    templateFunction([], () => {
      throw new Interrupt();
    }),
  ],
]);

const data = {
  Labels: new TemplateMap([
    ['job', 'api'],
    ['instance', 'a<b'],
  ]),
  Any: new TemplateMap([['arg0', 'x']], null),
  Value: 1.5,
  Count: 3n,
  List: ['x', 'y', 'z'],
  Empty: [],
  Inner: { Name: 'n', Twice: (text: string) => text + text, Nothing: undefined },
  hidden: 'never',
};

const expand = (text: string) => new TemplateSet(functions).expand('t', text, data);

describe('templates', () => {
  it.each<[template: string, text: string]>([
    ['plain {{ "text" }}', 'plain text'],
    ['{{ .Labels.job }} {{ .Labels.none }}|{{ .Any.none }}', 'api |<no value>'],
    [
      "{{ .Value }} {{ .Count }} {{ 1000000.0 }} {{ 1e-5 }} {{ 0x1F }} {{ 017 }} {{ 'a' }}",
      '1.5 3 1e+06 1e-05 31 15 97',
    ],
    ['a {{- " b " -}} c', 'a b c'],
    ['a\n{{- /* gone */ -}}\n b', 'ab'],
    ['{{ if .Empty }}yes{{ else if eq .Count 3 }}three{{ else }}no{{ end }}', 'three'],
    ['{{ if and .Value (gt .Count 2) (not .Empty) }}yes{{ end }}', 'yes'],
    ['{{ with .Inner }}{{ .Name }}{{ $.Value }}{{ end }}{{ with .Empty }}{{ else }}none{{ end }}', 'n1.5none'],
    ['{{ range .List }}{{ . }},{{ end }}{{ range .Empty }}{{ else }}none{{ end }}', 'x,y,z,none'],
    ['{{ range $i, $v := .List }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ $i }}{{ $v }}{{ end }}', '0x2z'],
    ['{{ range .List }}{{ if eq . "y" }}{{ break }}{{ end }}{{ . }}{{ end }}', 'x'],
    ['{{ range $k, $v := .Labels }}{{ $k }}={{ $v }};{{ end }}', 'instance=a<b;job=api;'],
    ['{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 5 }}{{ $x }}{{ $y }}{{ end }}{{ $x }}', '252'],
    ['{{ $x := "out" }}{{ range $x := .List }}{{ $x }}{{ end }}{{ $x }}', 'xyzout'],
    [
      '{{ define "d" }}[{{ . }}{{ $ }}]{{ end }}{{ template "d" .Value }}{{ template "d" }}',
      '[1.51.5][<no value><no value>]',
    ],
    ['{{ block "b" .Count }}<{{ . }}>{{ end }}', '<3>'],
    ['{{ "abc" | toUpper | printf "%s-%d" "x" | len }}', '17'],
    [
      '{{ .Inner.Twice "ab" }} {{ (index .List 1) }} {{ index .Labels "job" }} {{ slice "abcd" 1 3 }} {{ len .List }}',
      'abab y api bc 3',
    ],
    ['{{ (.Inner).Name }} {{ .List }} {{ .Labels }}', 'n [x y z] map[instance:a<b job:api]'],
    [
      '{{ eq .Labels.job "x" "api" }} {{ ne 1 2 }} {{ lt "a" "b" }} {{ le 2 2 }} {{ ge 1.5 2.0 }}',
      'true true true true false',
    ],
    ['{{ or .Empty "x" }} {{ and 0 (fail) }} {{ or 1 (fail) }}', 'x 0 1'],
    ['{{ print 1 2 "a" 3 4 }} {{ println "a" 1 }}', '1 2a3 4 a 1\n'],
    ['{{ html .Labels.instance }} {{ js "a\'b" }} {{ urlquery "a b&c" }}', "a&lt;b a\\'b a+b%26c"],
    ['{{ half 3 }} {{ half .Value }}', '1.5 0.75'],
    ['{{ `raw\\n` }}{{ "\\u00e9\\t" }}', 'raw\\né\t'],
    ['{{ len "é" }} {{ not 0 }} {{ .Inner.Nothing }}', '2 true <no value>'],
  ])('expands %s', (template, text) => expect(expand(template)).toBe(text));

  it.each<[template: string, message: string]>([
    ['{{ .Value | }}', 'missing value for command'],
    ['{{ humanise .Value }}', 'function "humanise" not defined'],
    ['\n{{ $x }}', 'template: t:2: undefined variable "$x"'],
    ['{{ if }}{{ end }}', 'missing value for if'],
    ['{{ if true }}', 'unexpected EOF'],
    ['{{ end }}', 'unexpected {{end}}'],
    ['{{ .Value', 'unclosed action'],
    ['{{ "abc }}', 'unterminated quoted string'],
    ['{{ .Value }', 'unclosed action'],
    ['{{ .Value } }}', 'unexpected "}" in operand'],
    ['{{ /* x }}', 'unexpected "/" in operand'],
    ['{{/* x }}', 'unclosed comment'],
    ['{{ (1 }}', 'unclosed left paren'],
    ['{{ 1) }}', 'unexpected right paren'],
    ['{{ 1x }}', 'bad number syntax: "1x"'],
    ['{{ 1 | 2 }}', 'non executable command in pipeline stage 2'],
    ['{{ break }}', '{{break}} outside {{range}}'],
    ['{{ range $a, $b, $c := .List }}{{ end }}', 'undefined variable "$a"'],
    ['{{ $a, $b := .List }}', 'undefined variable "$a"'],
    ['{{ define "x" }}{{ define "y" }}{{ end }}{{ end }}', 'unexpected {{define}}'],
    ['{{ template x }}', 'unexpected "x" in template clause'],
    ['{{ "a".B }}', 'unexpected . after term ""a""'],
    ['{{ nil }}', 'nil is not a command'],
    ['{{ 5 .Value }}', "can't give argument to non-function 5"],
    ['{{ .None }}', 'template: t:1: executing "t" at <.None>: can\'t evaluate field None in type struct'],
    ['{{ .hidden }}{{ .constructor }}', "can't evaluate field hidden"],
    ['{{ .Inner.constructor }}', "can't evaluate field constructor"],
    ['{{ .Labels.job.More }}', "can't evaluate field More in type string"],
    ['{{ .Inner.Nothing.More }}', 'nil data; no entry for key "More"'],
    ['{{ gt .Value 1 }}', 'incompatible types for comparison'],
    ['{{ lt true false }}', 'invalid type for comparison'],
    ['{{ toUpper 5 }}', 'wrong type for value; expected string; got int'],
    ['{{ toUpper }}', 'wrong number of args for toUpper: want 1 got 0'],
    ['{{ fail }}', 'error calling fail: no luck'],
    ['{{ index .List 9 }}', 'index out of range: 9'],
    ['{{ template "none" }}', 'template "none" not defined'],
    ['{{ range 5 }}{{ end }}', "range can't iterate over 5"],
    ['{{ define "r" }}{{ template "r" }}{{ end }}{{ template "r" }}', 'exceeded maximum template depth'],
    [
      '{{ define "r" }}{{ range .List }}{{ range $.List }}{{ template "r" $ }}{{ end }}{{ end }}{{ end }}{{ template "r" . }}',
      'exceeded maximum',
    ],
    [`${'{{ if true }}'.repeat(300)}${'{{ end }}'.repeat(300)}`, 'nested more than'],
  ])('refuses %s', (template, message) => expect(() => expand(template)).toThrow(message));

  it.each<[template: string, text: string]>([
    [
      '{{ printf "%d|%5d|%-5d|%05d|%+d|%x|%X|%#x|%o|%b|%c|%q|%U" 42 42 42 42 42 255 255 255 8 5 65 65 65 }}',
      "42|   42|42   |00042|+42|ff|FF|0xff|10|101|A|'A'|U+0041",
    ],
    [
      '{{ printf "%.2f|%8.3f|%-8.1f|%e|%g|%G|%v|%06.2f" 3.14159 2.5 2.5 123456.789 1e21 1e-7 0.1 3.14159 }}',
      '3.14|   2.500|2.5     |1.234568e+05|1e+21|1E-07|0.1|003.14',
    ],
    [
      '{{ printf "%s|%10s|%-10s|%.2s|%q|%x|% x" "abc" "abc" "abc" "abc" "a\\"b" "abc" "abc" }}',
      'abc|       abc|abc       |ab|"a\\"b"|616263|61 62 63',
    ],
    ['{{ printf "%t %v %T %T %%" true false 1 1.5 }}', 'true false int float64 %'],
    [
      '{{ printf "%d" "x" }} {{ printf "%s" 5 }} {{ printf "%f" 5 }} {{ printf "%d" 1.5 }}',
      '%!d(string=x) %!s(int=5) %!f(int=5) %!d(float64=1.5)',
    ],
    ['{{ printf "%d" }} {{ printf "x" 1 "a" }} {{ printf "%" }}', '%!d(MISSING) x%!(EXTRA int=1, string=a) %!(NOVERB)'],
    ['{{ printf "%[2]d %[1]d" 1 2 }} {{ printf "%*d" 5 42 }} {{ printf "%[5]d" 1 }}', '2 1    42 %!d(BADINDEX)'],
    ['{{ printf "%v %s %v" .List .List .Labels }}', '[x y z] [x y z] map[instance:a<b job:api]'],
    ['{{ printf "%.3g|%.10g|%g" 1234567.0 0.1 100000.0 }}', '1.23e+06|0.1|100000'],
  ])('prints %s as Go does', (template, text) => expect(expand(template)).toBe(text));

  it('shares what was added, and keeps to itself what one text defines', () => {
    const set = new TemplateSet(functions);
    set.add('file', '{{ define "a" }}A{{ . }}{{ end }}{{ define "b" }}B{{ template "a" . }}{{ end }}');
    set.add('later', '{{ define "a" }}a{{ . }}{{ end }}');
    expect(set.has('b')).toBe(true);
    expect(set.expand('t', '{{ template "b" 1 }}{{ define "c" }}{{ end }}', undefined)).toBe('Ba1');
    expect(() => set.expand('t', '{{ template "c" }}', undefined)).toThrow('template "c" not defined');
  });

  it('escapes what is written, and nothing of the template', () => {
    const set = new TemplateSet(functions, { escape: (text) => escapeHtml(text) });
    expect(set.expand('t', '<b>{{ .Labels.instance }}</b>', data)).toBe('<b>a&lt;b</b>');
  });

  it('lets a function end the execution as it wants', () => {
    expect(() => expand('{{ interrupt }}')).toThrow(Interrupt);
  });

  it('ends what never would', () => {
    const set = new TemplateSet(functions);
    const many = { List: Array.from({ length: 1_000 }, () => 'x') };
    const loops = '{{ range .List }}{{ range $.List }}{{ range $.List }}{{ end }}{{ end }}{{ end }}';
    expect(() => set.expand('t', loops, many)).toThrow('steps');
    expect(() => set.expand('t', '{{ printf "%1000000d" 1 }}{{ printf "%1000000d" 1 }}', many)).toThrow('longer than');
  });
});
