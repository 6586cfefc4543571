ARG NODE_IMAGE=node:26.10.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# As scripts/install.mjs does, and for the same reason.
RUN npm install --no-save
# What runs in the image and no more: another folder of the project neither breaks this build nor makes it anew.
COPY tsconfig.json tsconfig.image.json ./
COPY src ./src
COPY simulator ./simulator
COPY scripts/build-workflow-bundle.ts ./scripts/
RUN npx tsc -p tsconfig.image.json && node dist/scripts/build-workflow-bundle.js

FROM ${NODE_IMAGE} AS production
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-save --omit=dev
# The SDK ships its native core for every platform; the image needs the one it runs on.
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="atlas-export-worker" \
      org.opencontainers.image.description="A Temporal worker that exports MongoDB Atlas Cloud Backup snapshots to your bucket." \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/dist/src ./dist/src
COPY --from=build /app/dist/simulator ./dist/simulator
ENV NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps \
    ATLAS_EXPORT_HTTP_HOST=0.0.0.0 \
    ATLAS_EXPORT_HTTP_PORT=9464
# As a number, so that Kubernetes can tell that it is not root.
USER 1000:1000
EXPOSE 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ATLAS_EXPORT_HTTP_PORT}/healthz`, { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/worker.js"]
