#!/bin/bash
# A comparison as a Slurm array: each task carries out one shard, with its own share of the seeds.
#
#   job=$(sbatch --parsable examples/clusters/slurm.sh experiment.yaml)
#   sbatch --dependency=afterok:$job --cpus-per-task=4 --mem=8G --time=0:30:00 \
#     --wrap "npx twintune merge shards/$job/*"
#
# Submit it in the folder that has node_modules and .venv, on a disk that all nodes see.
#SBATCH --job-name=twintune
#SBATCH --array=1-4
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --gres=gpu:1
#SBATCH --mem=32G
#SBATCH --time=4:00:00
#SBATCH --output=twintune-%A-%a.log

set -euo pipefail

# The number of shards stands here and isn't SLURM_ARRAY_TASK_COUNT: a shard that is carried out again is an array of one.
shards=4
job=${SLURM_ARRAY_JOB_ID:?}
folder=shards/${SHARDS_OF:-$job}

npx twintune compare "$1" --shard "${SLURM_ARRAY_TASK_ID:?}/$shards" --out "$folder" --json \
  > "twintune-$job-$SLURM_ARRAY_TASK_ID.jsonl"
