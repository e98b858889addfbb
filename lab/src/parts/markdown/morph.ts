/**
 * Makes the children of `target` those of `source` and leaves alone what is the same already, so that a selection, an open
 * part and the reader's eye keep their place while an answer grows.
 */
export function morph(target: Node, source: Node): void {
  let here = target.firstChild
  let there = source.firstChild
  while (there !== null) {
    const nextThere = there.nextSibling
    if (here === null) {
      target.appendChild(there)
    } else {
      const nextHere: ChildNode | null = here.nextSibling
      if (!here.isEqualNode(there)) change(here, there)
      here = nextHere
    }
    there = nextThere
  }
  while (here !== null) {
    const next: ChildNode | null = here.nextSibling
    here.remove()
    here = next
  }
}

function change(here: ChildNode, there: ChildNode): void {
  if (here instanceof Text && there instanceof Text) {
    setText(here, there.data)
  } else if (here instanceof Element && there instanceof Element && here.nodeName === there.nodeName) {
    // It says “Copied” for a while.
    if (here.classList.contains('md-copy') && there.classList.contains('md-copy')) return
    for (const { name } of [...here.attributes]) {
      // Opened by the reader.
      if (!there.hasAttribute(name) && name !== 'open') here.removeAttribute(name)
    }
    for (const { name, value } of there.attributes) {
      if (here.getAttribute(name) !== value && name !== 'style') here.setAttribute(name, value)
    }
    morph(here, there)
  } else {
    here.replaceWith(there)
  }
}

/** Text that only grew keeps what is selected in it. */
export function setText(node: Text, text: string): void {
  if (text.startsWith(node.data)) {
    if (text.length > node.data.length) node.appendData(text.slice(node.data.length))
  } else {
    node.data = text
  }
}
