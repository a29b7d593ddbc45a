import { z } from 'zod';

const instance = z.object({
  id: z.string().meta({ description: 'its name, the same after a restart; X-Instance in each of its answers' }),
  state: z.enum(['up', 'lost', 'ended']).meta({ description: 'lost: not seen for 5 s; ended: it said so itself' }),
  leads: z.boolean().meta({ description: 'runs the jobs that one copy does for all' }),
  version: z.string(),
  startedAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
  ageSeconds: z.int().nonnegative().meta({ description: 'from its start to when it was last seen' }),
});

export const instancesResponse = z
  .object({
    instance: z.string().meta({ description: 'the copy that answers' }),
    complete: z
      .boolean()
      .meta({ description: 'false: there is no database that copies share, or it cannot be reached; others may run' }),
    instances: z.array(instance),
  })
  .meta({ id: 'Instances', description: 'The copies of the service' });
export type InstancesResponse = z.infer<typeof instancesResponse>;
