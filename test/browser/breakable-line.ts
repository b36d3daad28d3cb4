import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line to a server, which can be broken and mended. */
export interface BreakableLine {
  /** The address of the server, by way of this line. */
  readonly url: string
  /** Ends all connections, and lets none through until `mend`. */
  break(): void
  mend(): void
  close(): void
}

/** Lays a line to the server of an address: a browser's own way to go offline leaves connections as they are. */
export async function layLine(to: string): Promise<BreakableLine> {
  const target = new URL(to)
  const sockets = new Set<Socket>()
  let isBroken = false
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const server = createServer((near) => {
    if (isBroken) {
      near.destroy()
      return
    }
    const far = connect(Number(target.port), target.hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(to)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    break() {
      isBroken = true
      destroyAll()
    },
    mend() {
      isBroken = false
    },
    close() {
      destroyAll()
      server.close()
    },
  }
}
