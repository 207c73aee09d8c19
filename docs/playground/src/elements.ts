// Elements of the page: those that index.html has, and new ones.

/** The element with an id. Throws if the page has none, or one of another class. */
export function byId<Class extends HTMLElement>(id: string, of: new () => Class): Class {
  const element = document.getElementById(id);
  if (element instanceof of) return element;
  throw new TypeError(`the page has no ${of.name} with the id ${id}`);
}

/** A new element with a text, or with children. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  content: string | readonly Node[] = '',
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (typeof content === 'string') element.textContent = content;
  else element.append(...content);
  return element;
}
