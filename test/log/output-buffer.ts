import type { OutputStream } from '../../src/log/output.js'

/** A stream that keeps what is written to it. */
export class OutputBuffer implements OutputStream {
  readonly isTTY: boolean
  readonly columns: number
  readonly rows = 24
  readonly writes: string[] = []

  constructor({ isTTY = false, columns = 80 } = {}) {
    this.isTTY = isTTY
    this.columns = columns
  }

  get text(): string {
    return this.writes.join('')
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }

  write(text: string): void {
    this.writes.push(text)
  }
}
