# syntax=docker/dockerfile:1
# The server with its web application. Versions are those that scripts/setup asks for.

FROM node:20-bookworm-slim AS web
WORKDIR /build/web
COPY web/package.json web/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --silent || npm install --no-save --no-audit --no-fund
COPY web/ ./
RUN npx --no-install vite build

FROM rust:1.95-bookworm AS server
RUN apt-get update && apt-get install -y --no-install-recommends cmake && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
COPY --from=web /build/web/dist web/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --locked --release --bin trunkline && cp target/release/trunkline /trunkline

FROM debian:bookworm-slim
# Postgres for whoever runs the image alone; with an address in the environment it stays unused. Debian's package
# shall not make a cluster of its own.
RUN mkdir -p /etc/postgresql-common/createcluster.d \
    && echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/trunkline.conf \
    && apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl postgresql \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /srv/trunkline trunkline \
    && install -d -o trunkline -g trunkline /srv/trunkline/data
WORKDIR /srv/trunkline
COPY --from=server /trunkline /usr/local/bin/trunkline
COPY config config
COPY flows flows
COPY sounds sounds
USER trunkline
ENV TRUNKLINE__HTTP__ADDRESS=0.0.0.0:8080 \
    TRUNKLINE__LOG__FORMAT=json \
    TRUNKLINE__LOG__FILES=false
VOLUME /srv/trunkline/data
# Browsers and programs; SIP; audio of browsers. Audio of SIP calls uses 20000 to 29999 of UDP.
EXPOSE 8080/tcp 5060/udp 5060/tcp 10000/udp
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD curl -fsS http://127.0.0.1:8080/healthz
# Longer than [server] drain_seconds, or running calls are cut: docker stop -t 75
STOPSIGNAL SIGTERM
ENTRYPOINT ["trunkline"]
