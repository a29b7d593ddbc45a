/** Does `operation(index)` for 0 … operations − 1 with `concurrency` of them under way at any time. */
export async function concurrently(concurrency, operations, operation) {
  let next = 0;
  const lane = async () => {
    while (next < operations) await operation(next++);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, operations) }, lane));
}
