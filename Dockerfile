# docker build -t visium .
# docker run --rm --user "$(id -u)" -v "$PWD:/data" visium make "pythagorean theorem" -o pythagoras
FROM debian:12-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/visium_graph
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY scripts scripts
COPY configs configs
COPY visium_graph visium_graph
RUN scripts/setup.sh run && rm -rf /var/lib/apt/lists/* /root/.cache

# Any user of the host may run it, so that the videos are theirs; the cache of finished pieces lasts with the volume.
ENV VISIUM_CACHE_DIR=/cache HOME=/tmp
RUN install -d -m 1777 /cache /data
VOLUME /cache
USER nobody
WORKDIR /data
ENTRYPOINT ["/opt/visium_graph/.venv/bin/visium"]
