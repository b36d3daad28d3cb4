import os from 'node:os'
import { describe, expect, it } from 'vitest'
import { requireSameOrigin } from '../../src/serve/guard.js'
import { ask, guardedApp, host, token } from './rig.js'

const app = guardedApp((pages) => {
  pages.get('/', (context) => context.text(`a page, nonce ${context.get('secureHeadersNonce')}`))
  pages.post('/cancel', requireSameOrigin(), (context) => context.body(null, 202))
})

function open(page: string, headers: Record<string, string> = { Host: host }) {
  return app.request(`http://${host}${page}`, { headers })
}

describe('a page of the server', () => {
  it('is for those alone who have the token', async () => {
    for (const page of ['/', '/no-such-page', '/?token=another', '/?token=']) {
      const response = await open(page)
      expect(response.status).toBe(403)
      expect(await response.text()).not.toContain('a page')
    }
    expect((await open('/', { Host: host, Cookie: 'twintune-8000=another' })).status).toBe(403)
  })

  it('takes the token out of the address, into a cookie that no script gets and links keep', async () => {
    const response = await open(`/?token=${token}&names=a`)
    expect(response.status).toBe(302)
    expect(response.headers.get('Location')).toBe('/?names=a')
    const cookie = response.headers.get('Set-Cookie') ?? ''
    expect(cookie).toMatch(/^twintune-8000=the-token;.*HttpOnly; SameSite=Lax$/)
    const page = await open('/', { Host: host, Cookie: cookie.split(';')[0] ?? '' })
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('a page')])
  })

  it('is refused to a name that was made to lead here', async () => {
    for (const name of ['evil.example', 'evil.example:8000', '127.0.0.1.evil.example', ''])
      expect((await ask(app, '/', { headers: { Host: name } })).status).toBe(403)
    for (const name of ['localhost:8000', '[::1]:8000', '127.0.0.1', 'LOCALHOST:9000'])
      expect((await ask(app, '/', { headers: { Host: name } })).status).toBe(200)
  })

  it('names the printed address to who asks by another name, but not its token', async () => {
    const refused = await (await ask(app, '/', { headers: { Host: 'machine.example' } })).text()
    expect(refused).toContain(`http://${host}/`)
    expect(refused).not.toContain(token)
  })

  it.each(['0.0.0.0', '::'])(
    'is for who knows the machine by its name in any domain, on %s',
    async (everywhere) => {
      const pages = guardedApp((app) => app.get('/', (context) => context.text('a page')), everywhere)
      const [machine] = os.hostname().split('.')
      const status = async (Host: string) => (await ask(pages, '/', { headers: { Host } })).status
      expect(await status(`${machine}:8000`)).toBe(200)
      expect(await status(`${machine}.example.org:8000`)).toBe(200)
      expect(await status(`not-${machine}.example.org:8000`)).toBe(403)
      expect((await ask(app, '/', { headers: { Host: `${machine}.example.org` } })).status).toBe(403)
    },
  )

  it('may run and load nothing but what its own nonce is on, a new one each time', async () => {
    const pages = await Promise.all([ask(app, '/'), ask(app, '/')])
    const nonces = pages.map(({ headers }) => {
      const policy = headers.get('Content-Security-Policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/script-src[^;]*(unsafe|self|\*)/)
      return /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
    })
    expect(new Set(nonces).size).toBe(2)
    for (const [index, page] of pages.entries()) expect(await page.text()).toContain(nonces[index])
  })

  it('is kept by no cache, and its address is told to nobody', async () => {
    const { headers } = await ask(app, '/')
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('Referrer-Policy')).toBe('no-referrer')
  })
})

describe('what changes something', () => {
  const post = (headers: Record<string, string>) => ask(app, '/cancel', { method: 'POST', headers })

  it('is done for a page of the server', async () => {
    expect((await post({ Origin: `http://${host}` })).status).toBe(202)
  })

  it.each(['http://evil.example', 'http://127.0.0.1:9999', 'null', ''])(
    'is refused to a page of the origin %j',
    async (origin) => {
      expect((await post({ Origin: origin })).status).toBe(403)
    },
  )

  it('is refused without an origin, and without the cookie', async () => {
    expect((await post({})).status).toBe(403)
    expect((await post({ Origin: `http://${host}`, Cookie: '' })).status).toBe(403)
  })
})
