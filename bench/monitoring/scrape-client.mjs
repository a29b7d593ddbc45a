// Scrapes on request: `node scrape-client.mjs <url> <accept>`. Its answers are read and thrown away.
const [url, accept] = process.argv.slice(2);

process.on('message', async () => {
  const answer = await fetch(url, { headers: { accept, 'accept-encoding': 'gzip' } });
  process.send({ status: answer.status, characters: (await answer.text()).length });
});
process.on('disconnect', () => process.exit());
