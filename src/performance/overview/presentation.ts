import type { ResolvedOptions } from '../../common/settings/setting';
import type { PERFORMANCE_SETTINGS } from '../performance-settings';

/** What the overview and the dashboard say of the application they are part of. */
export type Presentation = Pick<ResolvedOptions<typeof PERFORMANCE_SETTINGS>, 'name' | 'docs'>;

/** The injection token of the presentation. */
export const PRESENTATION = Symbol('how the application is presented');
