import { z } from 'zod';

const count = z.int().nonnegative();

export const importResponse = z
  .object({
    samples: count.meta({ description: 'samples that were taken' }),
    series: count.meta({ description: 'series that got at least one of them' }),
    rejected: z
      .object({
        malformed: count.meta({ description: 'lines that are not what the format says' }),
        label_limit: count.meta({ description: 'samples with more or longer labels than are taken' }),
        description_limit: count.meta({ description: 'lines of HELP and UNIT that are longer than is taken' }),
        own_series: count.meta({ description: 'samples of series that the service measures itself' }),
        series_limit: count.meta({
          description:
            'samples of series beyond the limit of their kind, or beyond the part of the memory limit that is open to imports',
        }),
        out_of_order: count.meta({ description: 'samples not later than those the series has' }),
        too_old: count.meta({ description: 'samples older than the retention' }),
        too_new: count.meta({
          description:
            'samples more than ten minutes in the future; of metrics the service measures, in the future at all',
        }),
      })
      .meta({ id: 'RejectedSamples' }),
    problems: z
      .array(z.object({ line: count, problem: z.string() }))
      .meta({ description: 'the first problems, with the number of their line' }),
  })
  .meta({ id: 'ImportReport' });
