// The page reads well without this script; with it, what is to be copied is one click away.
const said = document.getElementById('said')

for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', () => copy(button))
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy)
  const copied = await write(source.textContent)
  // Where the clipboard is closed to the page, the text is at least selected.
  if (!copied) getSelection().selectAllChildren(source)
  show(button, copied ? 'Copied' : 'Selected')
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

let unsay = () => {}

/** Says what happened, on the button and to a screen reader, until something else happens or two seconds are over. */
function show(button, word) {
  unsay()
  button.textContent = word
  said.textContent = word
  const timer = setTimeout(() => unsay(), 2000)
  unsay = () => {
    clearTimeout(timer)
    button.textContent = 'Copy'
    said.textContent = ''
  }
}
