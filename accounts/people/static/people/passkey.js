// A passkey that the browser could not use, or the person refused: said on the page instead of in the console.
document.addEventListener('allauth.error', event => {
  event.preventDefault()
  document.getElementById('passkey-failed').hidden = false
})
