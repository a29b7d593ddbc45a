// Scrapes when told to: `node scrape-client.mjs <url> <accept>`. Its answers are of no use but to have been read.
const [url, accept] = process.argv.slice(2);

process.on('message', async () => {
  const answer = await fetch(url, { headers: { accept, 'accept-encoding': 'gzip' } });
  process.send({ status: answer.status, characters: (await answer.text()).length });
});
process.on('disconnect', () => process.exit());
