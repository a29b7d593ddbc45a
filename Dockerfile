# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY runtime/package.json runtime/
COPY bench/package.json bench/
# The image has its own Node and no embedded database: nothing optional is needed.
RUN npm ci --omit=optional --workspaces=false --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src src
COPY dashboard dashboard
RUN npm run build && npm prune --omit=dev --omit=optional --workspaces=false --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORT=5057 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/dashboard/dist dashboard/dist
COPY docs/runbooks docs/runbooks
COPY scripts/start.mjs scripts/runtime.mjs scripts/build-if-stale.mjs scripts/
USER node
VOLUME /data
EXPOSE 5057
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--min-semi-space-size=16", "scripts/start.mjs"]
