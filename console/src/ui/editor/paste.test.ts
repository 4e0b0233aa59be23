import { EditorState } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import { describe, expect, it } from 'vitest';
import { readDocument, writeDocument } from './document';
import { cleanedBlocks, clipboardParser, withoutForeignMark } from './paste';
import { sliceOfText } from './pastedText';
import { schema } from './schema';

/** What a message says once a piece of a page was pasted into an empty one. */
function pasted(html: string) {
  const page = document.implementation.createHTMLDocument('');
  page.body.innerHTML = html;
  const blocks = cleanedBlocks(page.body);
  return writeDocument(
    schema.node('doc', null, blocks.length > 0 ? blocks : [schema.node('line')]),
  );
}
/** The stretches of a text that its entities cover. */
const stretches = ({ text, entities }: ReturnType<typeof pasted>) =>
  entities.map(({ type, offset, length, ...more }) =>
    [type, text.slice(offset, offset + length), ...Object.values(more)].filter(
      (each) => each !== undefined,
    ),
  );

const word = `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=Generator content="Microsoft Word 15"><style><!-- p.MsoNormal {margin:0in; font-family:"Calibri",sans-serif;} --></style>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--></head>
<body lang=EN-US style='tab-interval:.5in'><!--StartFragment-->
<p class=MsoNormal><b><span style='font-size:14.0pt'>Autumn
reading</span></b><o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoNormal>Dear {first_name|reader},<span style='mso-spacerun:yes'>&nbsp; </span>see <a href="https://lantern.example/autumn"><span style='color:blue;text-decoration:underline'>our list</span></a> and the <a href="#_Toc12">contents</a>.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-.25in;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>Five <i>new</i> books<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>2.<span style='font:7.0pt "Times New Roman"'>&nbsp; </span></span>One <s>old</s> <u>price</u><o:p></o:p></p>
<table class=MsoTableGrid><tr><td><p class=MsoNormal>Chip War</p></td><td><p class=MsoNormal>12 €</p></td></tr></table>
<p class=MsoNormal><span style='display:none;mso-hide:all'>secret</span><img width=10 src="file:///C:/x.png"></p>
<!--EndFragment--></body></html>`;

const docs = `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1b2c">
<h2 dir="ltr" style="line-height:1.38;margin-top:18pt;margin-bottom:6pt;"><span style="font-size:16pt;font-weight:400;">Sale</span></h2>
<p dir="ltr" style="line-height:1.38;margin-top:0pt;margin-bottom:0pt;"><span style="font-weight:700;font-style:normal;text-decoration:none;white-space:pre-wrap;">Only today: </span><span style="font-weight:400;font-style:italic;white-space:pre-wrap;">twenty per cent</span><span style="font-weight:400;text-decoration:line-through;">30 €</span></p>
<p dir="ltr" style="margin-top:0pt;margin-bottom:0pt;"><a href="https://shop.example/?a=1&amp;b=2" style="text-decoration:none;"><span style="color:#1155cc;text-decoration:underline;">The shop</span></a></p>
<br />
<ul style="margin-top:0;"><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation" style="margin-bottom:0pt;"><span style="font-weight:400;">Tea</span></p></li><li dir="ltr"><p role="presentation"><span style="font-weight:400;">Coffee</span></p></li></ul>
<p dir="ltr" style="margin-bottom:0pt;"><span style="font-weight:400;text-decoration:underline;">Yours</span></p></b><br class="Apple-interchange-newline">`;

const web = `<div><h1>News</h1>
  <p>One   paragraph <em>with
  a</em> break.<br>And a line.</p><p>Another, with <code>code</code> &amp; <a href="javascript:alert(1)">no link</a>, <a href="/here">none</a>.</p>
  <blockquote><p>Quoted <strong>words</strong></p><p>twice</p></blockquote>
  <pre><code class="language-rust">fn main() {
    run();
}
</code></pre>
  <ol start="3"><li>three</li><li>four<ul><li>inner</li></ul></li></ol>
  <script>alert(1)</script><style>p{}</style><img alt="🎉" src="x"><img alt="logo" src="y"></div>`;

describe('what is pasted', () => {
  it('from Word keeps its words, marks, bullets and empty lines', () => {
    const made = pasted(word);
    expect(made.text).toBe(
      'Autumn reading\n\nDear {first_name|reader}, see our list and the contents.\n• Five new books\n2. One old price\nChip War | 12 €',
    );
    expect(stretches(made)).toEqual([
      ['bold', 'Autumn reading'],
      ['text_link', 'our list', 'https://lantern.example/autumn'],
      ['italic', 'new'],
      ['strikethrough', 'old'],
      ['underline', 'price'],
    ]);
  });
  it('from Google’s documents is bold only where its author made it bold', () => {
    const made = pasted(docs);
    expect(made.text).toBe(
      'Sale\n\nOnly today: twenty per cent30 €\nThe shop\n\n• Tea\n• Coffee\nYours',
    );
    expect(stretches(made)).toEqual([
      ['bold', 'Only today: '],
      ['italic', 'twenty per cent'],
      ['strikethrough', '30 €'],
      ['text_link', 'The shop', 'https://shop.example/?a=1&b=2'],
      ['underline', 'Yours'],
    ]);
  });
  it('from a web page keeps paragraphs apart, and what Telegram cannot show goes', () => {
    const made = pasted(web);
    expect(made.text).toBe(
      'News\n\nOne paragraph with a break.\nAnd a line.\n\nAnother, with code & no link, none.\nQuoted words\n\ntwice\nfn main() {{\n    run();\n}}\n3. three\n4. four\n    • inner\n🎉',
    );
    expect(stretches(made)).toEqual([
      ['bold', 'News'],
      ['italic', 'with a'],
      ['code', 'code'],
      ['blockquote', 'Quoted words\n\ntwice'],
      ['bold', 'words'],
      ['pre', 'fn main() {{\n    run();\n}}', 'rust'],
    ]);
  });
  it('from a program’s editor is code', () => {
    const made = pasted(
      '<div style="color: #ccc;font-family: Menlo, Monaco, monospace;white-space: pre;"><div><span style="color: #569cd6;">let</span><span> x = 1;</span></div><div>  y</div></div>',
    );
    expect(made).toEqual({
      text: 'let x = 1;\n  y',
      entities: [{ type: 'pre', offset: 0, length: 14 }],
    });
  });
  it('from a chat keeps spoilers, and nothing is empty twice', () => {
    const made = pasted(
      '<div>a<br><br><br><br>the <span class="spoiler">end</span></div><div><br></div>',
    );
    expect(made.text).toBe('a\n\nthe end');
    expect(stretches(made)).toEqual([['spoiler', 'end']]);
  });
  it('of nothing that can be shown is nothing', () => {
    expect(pasted('<script>1</script><img src=x><div hidden>x</div>')).toEqual({
      text: '',
      entities: [],
    });
  });
});

describe('plain text', () => {
  it('becomes lines, with the fields that exist and all other braces as they are', () => {
    const doc = schema.node(
      'doc',
      null,
      sliceOfText('Hi {first_name|you}\r\n{{ attr.plan }} {nobody} {"a": 1}').content,
    );
    expect(writeDocument(doc).text).toBe('Hi {first_name|you}\n{attr.plan} {{nobody}} {{"a": 1}}');
  });
});

describe('our own content', () => {
  const event = () => new Event('paste') as ClipboardEvent;
  const open = (text: string, entities: { type: string; offset: number; length: number }[]) =>
    new EditorView(document.body.appendChild(document.createElement('div')), {
      state: EditorState.create({ doc: readDocument({ text, entities }) }),
      clipboardParser,
      transformPastedHTML: withoutForeignMark,
    });

  it('is copied and pasted without loss', () => {
    const entities = [
      { type: 'bold', offset: 3, length: 22 },
      { type: 'blockquote', offset: 28, length: 9 },
      { type: 'spoiler', offset: 30, length: 2 },
    ];
    const view = open('a  {first_name|friend}bcd\n\n\nquote two\nend', entities);
    const { dom } = view.serializeForClipboard(
      view.state.doc.slice(0, view.state.doc.content.size),
    );
    const other = open('', []);
    other.pasteHTML(dom.innerHTML, event());
    expect(writeDocument(other.state.doc)).toEqual(writeDocument(view.state.doc));
    view.destroy();
    other.destroy();
  });
  it('of another editor of the same library is cleaned as any page', () => {
    const view = open('', []);
    view.pasteHTML(
      '<ul data-pm-slice="2 2 []"><li><p>one</p></li><li><p>two</p></li></ul>',
      event(),
    );
    expect(writeDocument(view.state.doc).text).toBe('• one\n• two');
    view.destroy();
  });
});
