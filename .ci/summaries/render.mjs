// A job's summary as GitHub shows it, near enough to be measured: GitHub
// Flavored Markdown, GitHub's style sheet, 899 pixels.
//
//   node render.mjs NODE_MODULES SUMMARY PAGE light|dark
//
// The page measures itself: what it finds is in the attribute `data-measured` of
// its body.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [modules, summary, page, theme] = process.argv.slice(2);
const { marked } = await import(pathToFileURL(`${modules}/marked/lib/marked.esm.js`));
const style = readFileSync(`${modules}/github-markdown-css/github-markdown-${theme}.css`, 'utf8');
const body = marked.parse(readFileSync(summary, 'utf8'), { gfm: true });

// Runs in the browser.
function measure() {
  const root = document.querySelector('article');
  const wide = () =>
    [document.documentElement, ...root.querySelectorAll('table, pre, p, ul, summary')]
      .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.tagName !== 'PRE')
      .map((one) => `${one.tagName} ${one.scrollWidth} of ${one.clientWidth}: ${one.textContent.slice(0, 60)}`);
  const found = { height: Math.ceil(root.getBoundingClientRect().height), wide: wide() };
  const folds = [...root.querySelectorAll('details')];
  folds.forEach((fold) => (fold.open = true));
  found.open = Math.ceil(root.getBoundingClientRect().height);
  found.wideInFolds = wide();
  folds.forEach((fold) => (fold.open = false));
  found.foreign = [...root.querySelectorAll('img, script, a, iframe, del, input')].map((one) => one.outerHTML);
  document.body.dataset.measured = JSON.stringify(found);
}

const background = theme === 'dark' ? '#0d1117' : '#ffffff';
writeFileSync(
  page,
  `<!doctype html><meta charset="utf-8"><style>${style}
html, body { margin: 0; background: ${background} }
article { box-sizing: border-box; padding: 16px }</style>
<body><article class="markdown-body">${body}</article><script>(${measure})()</script>`,
);
