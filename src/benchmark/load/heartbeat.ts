/** How often (ms) the thread of the service tells the generator's that it is alive. */
export const BEAT_EVERY_MS = 100;
/** A service that has been silent for so long (ms) is held by something, most likely by the load. */
export const HELD_AFTER_MS = 1_500;
