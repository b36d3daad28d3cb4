// The script of the served pages, which runs in the browser. It draws nothing: the server sends finished HTML.

import { followEvents } from './follow-events.js'
import { makeList } from './list.js'

const live = document.querySelector<HTMLElement>('[data-events]')
if (live !== null) followEvents(live)

const list = document.querySelector<HTMLFormElement>('[data-list]')
if (list !== null) makeList(list)
