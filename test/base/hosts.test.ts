import { expect, test } from 'vitest'
import { isPrivateHost, isPublicHost } from '../../src/base/hosts.ts'

const hostOf = (authority: string): string => new URL(`http://${authority}/`).hostname

test.for([
  'localhost:11434',
  'LOCALHOST.',
  'my.localhost',
  'ollama',
  'host.docker.internal',
  'gpu.lan',
  'nas.local',
  '127.0.0.1',
  '0.0.0.0',
  '2130706433',
  '0x7f.1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.5',
  '169.254.169.254',
  '100.64.0.1',
  '[::1]',
  '[::]',
  '[::ffff:192.168.1.5]',
  '[fd00::1]',
  '[fe80::1]',
])('%s is private', (authority) => {
  expect(isPrivateHost(hostOf(authority))).toBe(true)
})

test.for([
  'gateway.example.workers.dev',
  'localhost.example.com',
  '10.example.com',
  '8.8.8.8',
  '172.32.0.1',
  '192.169.0.1',
  '100.128.0.1',
  '[2606:4700::1111]',
  '[fec::1]',
])('%s is public', (authority) => {
  expect(isPrivateHost(hostOf(authority))).toBe(false)
})

test.for([
  'localhost',
  'my.localhost.',
  'metadata',
  'metadata.google.internal',
  'printer.local',
  'router.home.arpa',
  'git.corp',
  '8.8.8.8',
  '8.8.8.8.',
  '0x08080808',
  '134744072',
  '127.1',
  '①②⑦.⓪.⓪.①',
  '[2606:4700:4700::1111]',
  '[::ffff:169.254.169.254]',
  '[64:ff9b::a00:1]',
  '[fec0::1]',
])('%s is no name of the public internet', (authority) => {
  expect(isPublicHost(hostOf(authority))).toBe(false)
})

test.for([
  'example.com',
  'example.com.',
  'EXAMPLE.com',
  'a.b.example.co.uk',
  'münchen.example.de',
  '1.example.com',
])('%s is one', (authority) => {
  expect(isPublicHost(hostOf(authority))).toBe(true)
})
