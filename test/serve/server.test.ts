import { get, type IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startServer } from '../../src/serve/server.js'

const address = { host: '127.0.0.1', port: 0 }

describe('a server of pages', () => {
  it('answers at the address that it gives, and no longer once it was closed', async () => {
    const server = await startServer(address, (app) => app.get('/', (context) => context.text('a page')))
    const [opened, cookies] = await open(server.url)
    expect(opened).toBe(302)
    const page = new URL('/', server.url)
    const answer = await fetch(page, { headers: { Cookie: cookies } })
    expect(await answer.text()).toBe('a page')
    await server.close(0)
    await expect(fetch(page)).rejects.toThrow()
  })

  // As the request line has them, which no client that parses addresses would send.
  it.each([
    ...['//evil.example/', '///evil.example', '/\\\\evil.example/', '\\\\evil.example', '/.//evil.example/'],
    ...[
      '/%2e//evil.example/',
      '/%2f/evil.example',
      '/%5cevil.example',
      '//evil.example/%2e%2e//evil.example',
    ],
    ...['http://evil.example/', 'http://evil.example//evil.example/', '/http://evil.example/'],
  ])('leads nobody away from itself who asks for %s with the token', async (target) => {
    const server = await startServer(address, () => {})
    const { origin, port, search } = new URL(server.url)
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      get({ host: address.host, port, path: `${target}${search}` }, resolve).on('error', reject),
    )
    answer.resume()
    const { location } = answer.headers
    if (answer.statusCode === 302) expect(new URL(location ?? '', origin).origin).toBe(origin)
    else expect([answer.statusCode, location]).toEqual([expect.any(Number), undefined])
    await server.close(0)
  })

  it('has a token of its own each time', async () => {
    const servers = await Promise.all([startServer(address, () => {}), startServer(address, () => {})])
    const tokens = servers.map(({ url }) => new URL(url).searchParams.get('token') ?? '')
    expect(new Set(tokens).size).toBe(2)
    for (const token of tokens) expect(token.length).toBeGreaterThanOrEqual(32)
    await Promise.all(servers.map((server) => server.close(0)))
  })

  it('is a failure that names the port, where another program has it', async () => {
    const server = await startServer(address, () => {})
    const port = Number(new URL(server.url).port)
    await expect(startServer({ ...address, port }, () => {})).rejects.toMatchObject({
      failure: {
        code: 'ADDRESS_UNAVAILABLE',
        message: expect.stringContaining(`port ${port}`),
        hint: expect.stringContaining('--port'),
      },
    })
    await server.close(0)
  })

  it('is a failure that names the address, where it is none of this machine', async () => {
    await expect(startServer({ host: '192.0.2.1', port: 0 }, () => {})).rejects.toMatchObject({
      failure: { code: 'ADDRESS_UNAVAILABLE', hint: expect.stringContaining('--host') },
    })
  })
})

async function open(url: string): Promise<[number, string]> {
  const { status, headers } = await fetch(url, { redirect: 'manual' })
  return [status, headers.get('Set-Cookie')?.split(';')[0] ?? '']
}
