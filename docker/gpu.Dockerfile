# twintune with each framework in an environment of its own, with CUDA. The host needs the NVIDIA Container Toolkit; CUDA itself
# comes with the wheels, so that the image needs no CUDA of its own. From the checkout:
#   docker build -f docker/gpu.Dockerfile -t twintune-gpu .
#   docker run --rm --gpus all -v "$PWD/pets:/work" -v twintune-cache:/cache twintune-gpu compare experiment.yaml

FROM node:24-bookworm-slim AS package
WORKDIR /source
COPY . .
# `npm pack` builds the command first.
RUN npm ci --include=dev && npm pack --pack-destination /

FROM node:24-bookworm-slim
# Debian 12 has Python 3.11. Contact sheets with names of classes in further scripts want fonts, such as fonts-noto-cjk.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/twintune
COPY --from=package /twintune-*.tgz /tmp/
RUN npm install /tmp/twintune-*.tgz && npx twintune setup --device gpu && rm -rf /tmp/* /root/.cache /root/.npm
# The environment beside node_modules is found from any folder.
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
ENV PATH=/opt/twintune/node_modules/.bin:$PATH TWINTUNE_CACHE_DIR=/cache HF_HOME=/cache/huggingface
# Folders that are mounted may belong to any user.
RUN mkdir -p /cache /work && chmod 777 /cache /work
WORKDIR /work
ENTRYPOINT ["twintune"]
CMD ["doctor"]
