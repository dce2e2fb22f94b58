# The product as one image: portal, hooks, worker and the command line. It holds no secret and runs as nobody special.
# Built in two steps, so that what fetches and builds stays behind. Versions are locked with their hashes.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv /opt/letsema
COPY requirements/run.txt requirements/
RUN /opt/letsema/bin/pip install --require-hashes --requirement requirements/run.txt
COPY pyproject.toml README.md ./
COPY admin_web/ admin_web/
COPY channels/ channels/
COPY conversations/ conversations/
COPY core/ core/
COPY letsema/ letsema/
COPY storage/ storage/
RUN /opt/letsema/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11.14-slim-bookworm
LABEL org.opencontainers.image.title="Letsema" \
      org.opencontainers.image.description="A messaging-first loan channel for microfinance institutions"
# A fixed number, so that who owns mounted files can be said outside.
RUN groupadd --system --gid 10001 letsema \
 && useradd --system --uid 10001 --gid letsema --home-dir /var/lib/letsema --create-home --shell /usr/sbin/nologin letsema
COPY --from=build /opt/letsema /opt/letsema
ENV PATH=/opt/letsema/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LETSEMA_DATA_DIR=/var/lib/letsema \
    LETSEMA_PUBLIC_HOST=0.0.0.0 \
    LETSEMA_INTERNAL_HOST=0.0.0.0
USER letsema
WORKDIR /var/lib/letsema
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
ENTRYPOINT ["letsema"]
CMD ["serve"]
