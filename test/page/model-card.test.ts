import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defineExperiment } from '../../src/index.js'
import { renderModelCard } from '../../src/page/model-card.js'
import { exportModelMessage } from '../../src/protocol/export-model.js'
import { comparison } from '../report/comparison.js'

const fixture = new URL('../fixtures/protocol/export-model.result.json', import.meta.url)
const reply = exportModelMessage.result.parse(JSON.parse(readFileSync(fixture, 'utf8')))
const described = {
  ...reply,
  framework: 'tensorflow' as const,
  seed: 3,
  experiment: defineExperiment({
    name: 'pets',
    dataset: { source: 'imagefolder', train: 'pets/train', imageSize: 225 },
    model: { backbone: 'resnet18' },
  }),
  comparison: comparison(),
}

describe('the model card', () => {
  const card = renderModelCard(described)

  it('names the model, and shows how its artefact is used', () => {
    expect(card).toContain('# pets: resnet18 in TensorFlow')
    expect(card).toContain('onnxruntime.InferenceSession("model.onnx")')
    expect(card).toContain("from 'onnxruntime-node'")
  })

  it('has the metrics of the run beside those of the artefact, with the interval and the ties', () => {
    expect(card).toContain('71.70% to 77.10%')
    expect(card).toMatch(/\| accuracy +\| 74\.50% +\| +74\.50% \|/)
    expect(card).toContain('onnx takes test.parquet row 17 for Shirt, the run for Coat')
  })

  it('says where the first weights are from, and that their licence is not known', () => {
    expect(card).toContain('huggingface.co/timm/resnet18')
    expect(card).toContain('Nothing on the machine of the export says their licence.')
  })

  it('escapes the names of classes', () => {
    const hostile = { ...reply.model, classes: ['<script>alert(1)</script>', '[link](http://x)'] }
    const shown = renderModelCard({ ...described, model: hostile })
    expect(shown).toContain('\\<script>')
    expect(shown).toContain('\\[link]')
  })
})
