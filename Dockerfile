# The proxy as a container; docs/deploying.md#in-a-container says how to run it.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
WORKDIR /app
# What the npm package holds ("files" in package.json) but for what only the docs link to, with the dependencies of package-lock.json.
COPY --from=build /build/package.json /build/LICENSE /build/README.md /build/CHANGELOG.md /build/action.yml ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist/cli dist/cli
COPY --from=build /build/dist/dashboard dist/dashboard
COPY --from=build /build/dist/engine dist/engine
COPY --from=build /build/cli/policy.js cli/policy.js
COPY --from=build /build/cli/starter cli/starter
COPY --from=build /build/schemas schemas
COPY --from=build /build/docs docs
COPY --from=build /build/policies /policies
RUN ln -s /app/cli/policy.js /usr/local/bin/policy && install -d -o node -g node /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 POLICIES=/policies DATABASE_URL=sqlite:/data/routewright.db
USER node
EXPOSE 8080
VOLUME /data
ENTRYPOINT ["policy"]
CMD ["serve"]
