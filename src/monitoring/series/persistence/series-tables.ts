import { CreateSeriesBlocks1764000000000 } from './create-series-blocks.migration';
import { SeriesBlock } from './series-block.entity';

/** What monitoring keeps in the database, for `DatabaseModule.forRoot`; without it samples live in memory only. */
export const SERIES_TABLES = { entities: [SeriesBlock], migrations: [CreateSeriesBlocks1764000000000] };
