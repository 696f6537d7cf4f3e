/** The one style sheet of the reference. Colours meet WCAG AA in both schemes. */
export const STYLE = `
:root{color-scheme:light dark;--page:#fff;--panel:#f5f6f8;--ink:#1b1f27;--soft:#566072;--line:#dde1e8;
--link:#0b57c2;--get:#0b6b43;--post:#7a4a00;--put:#5b3cae;--delete:#a81e2b}
@media (prefers-color-scheme:dark){:root{--page:#12151b;--panel:#1b2029;--ink:#e4e8ef;--soft:#a0abbd;
--line:#303846;--link:#7db4ff;--get:#62d39b;--post:#f0b45c;--put:#b9a2ff;--delete:#ff8f98}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--page);padding:.5rem}
.frame{display:grid;grid-template-columns:17rem minmax(0,1fr);max-width:80rem;margin:0 auto}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;padding:1.5rem 1rem;
border-right:1px solid var(--line);font-size:.875rem}
nav ul{list-style:none;margin:0;padding:0}
nav li{margin:.3rem 0}
nav>ul>li{margin-bottom:1rem}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
nav li li a{display:block;color:var(--ink)}
.part{font-weight:600}
main{padding:1.5rem 2rem 4rem;max-width:56rem}
h1{margin:0;font-size:1.9rem;line-height:1.2}
h2{margin:3rem 0 .25rem;font-size:1.4rem}
h3{margin:0;font-size:1.05rem;line-height:1.4}
h4{margin:1.1rem 0 .35rem;font-size:.875rem;color:var(--soft);font-weight:600}
p{margin:.4rem 0}
.soft{color:var(--soft)}
article{margin:1.25rem 0;padding:1rem 1.25rem 1.25rem;border:1px solid var(--line);border-radius:.6rem}
.address{display:flex;flex-wrap:wrap;gap:.25rem .6rem;margin:.3rem 0 .5rem;font-weight:600;overflow-wrap:anywhere}
code,pre,.address{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875rem}
p code,td code,dd code{background:var(--panel);padding:.1em .3em;border-radius:.25em;overflow-wrap:anywhere}
pre{margin:0;padding:.75rem 1rem;background:var(--panel);border-radius:.4rem;overflow:auto;max-height:24rem}
.get{color:var(--get)}.post{color:var(--post)}.put{color:var(--put)}.delete{color:var(--delete)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600}
thead th{color:var(--soft)}
.need{display:block;white-space:nowrap;color:var(--soft);font-weight:400;font-size:.8125rem}
summary{cursor:pointer;margin:1.1rem 0 .35rem;color:var(--link);font-size:.875rem}
:target{border-color:var(--link)}
@media (max-width:52rem){.frame{display:block}
nav{position:static;max-height:none;padding:1rem;border-right:0;border-bottom:1px solid var(--line)}
nav>ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem}
nav>ul>li{margin:0}
nav a{display:inline-block;padding:.3rem 0}
nav li ul{display:none}
main{padding:1rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
article{padding:.9rem}
.fields thead{display:none}
.fields th,.fields td{display:block;border:0;padding:.05rem 0}
.fields tr{display:block;padding:.45rem 0;border-bottom:1px solid var(--line)}}
`
