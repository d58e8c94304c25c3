"""The style sheet of the HTML report: the window's colours, light and dark as the reader's system has it, and print."""

from typing import Final

_LIGHT: Final = """
--page:#eef0f3; --card:#fff; --soft:#f4f6f9; --text:#1a1c20; --quiet:#565d69; --line:#dde1e7; --grid:#e4e7ec;
--accent:#0650d2; --second:#a35a00; --third:#077264;
--shadow:0 1px 2px rgba(20,30,50,.06),0 4px 16px rgba(20,30,50,.05);
--queued:#2f3f55; --in-progress:#0859e9; --succeeded:#077264; --failed:#bf1406; --timed-out:#a35a00;
--rejected:#711f86; --canceled:#7f6340; --removed:#5e6470; --none:#8b93a0;
--good:#066257; --good-soft:#d5f2eb; --bad:#7a1711; --bad-soft:#fce1de; --warn:#6b3d00; --warn-soft:#ffeacc;
--info:#083f80; --info-soft:#dcebfc;
"""
_DARK: Final = """
--page:#1b1d21; --card:#26292e; --soft:#2c3036; --text:#e8eaed; --quiet:#a8b0bc; --line:#3a3f46; --grid:#363b42;
--accent:#7cc0ff; --second:#f0c142; --third:#3fd896; --shadow:none;
--queued:#dde3ec; --in-progress:#5cb0ff; --succeeded:#3fd896; --failed:#f0897c; --timed-out:#f0c142;
--rejected:#db8dd0; --canceled:#dac7b1; --removed:#a4a9af; --none:#7b838f;
--good:#bff5df; --good-soft:#0e3d2f; --bad:#ffd3ce; --bad-soft:#4a1b18; --warn:#ffe2b3; --warn-soft:#45300b;
--info:#cfe4ff; --info-soft:#12304f;
"""

STYLE: Final = (
    ":root{color-scheme:light dark;"
    + _LIGHT
    + "}\n@media (prefers-color-scheme:dark){:root{"
    + _DARK
    + "}}\n"
    + """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);
 font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:32px 24px 56px}
h1{font-size:27px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
h2{font-size:18px;margin:40px 0 12px;letter-spacing:-.005em}
h3{font-size:14px;margin:0 0 2px;font-weight:600}
p{margin:0}
.quiet{color:var(--quiet)}
.small{font-size:13px}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;box-shadow:var(--shadow);padding:16px 18px}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
header{display:flex;gap:16px 24px;align-items:flex-start;justify-content:space-between;flex-wrap:wrap}
header .brand{display:flex;align-items:center;gap:8px;color:var(--quiet);font-size:13px;margin-bottom:10px}
header .brand svg{width:20px;height:20px;color:var(--accent)}
.verdict{display:inline-flex;align-items:center;gap:9px;padding:9px 16px;border-radius:999px;
 font-weight:650;font-size:16px}
.verdict svg{width:20px;height:20px}
.good{background:var(--good-soft);color:var(--good)} .bad{background:var(--bad-soft);color:var(--bad)}
.warn{background:var(--warn-soft);color:var(--warn)} .info{background:var(--info-soft);color:var(--info)}
.banner{border-radius:10px;padding:11px 16px;margin-top:14px;display:flex;gap:10px}
.banner b{white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-top:20px}
.tile{padding:14px 16px}
.tile .label{color:var(--quiet);font-size:13px}
.tile .value{font-size:25px;font-weight:650;line-height:1.25;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.tile .more{color:var(--quiet);font-size:12.5px}
.bar{display:flex;height:14px;border-radius:7px;overflow:hidden;background:var(--grid);gap:1px;min-width:90px}
.bar i{display:block;min-width:2px}
.bar.tall{height:22px;border-radius:9px;margin:6px 0 10px}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;color:var(--quiet);font-size:13px}
.legend span{display:inline-flex;align-items:center;gap:6px}
.legend i{width:10px;height:10px;border-radius:3px;flex:none}
.legend b{color:var(--text);font-variant-numeric:tabular-nums}
.charts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:14px}
.charts.wide{grid-template-columns:minmax(0,3fr) minmax(0,2fr)}
.charts .card{padding:14px 16px 8px}
.charts .legend{margin-bottom:4px;min-height:20px}
svg.chart{display:block;width:100%;height:auto;overflow:visible}
svg.chart text{fill:var(--quiet);font:13.5px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;
 font-variant-numeric:tabular-nums}
svg.chart .grid{stroke:var(--grid)} svg.chart .mark{stroke:var(--quiet);stroke-dasharray:4 4}
svg.chart .marked{fill:var(--text)}
svg.chart polyline{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
svg.chart polygon{opacity:.88}
svg.chart .column rect{fill:var(--accent);opacity:.85} svg.chart .column:hover rect{opacity:1}
svg.chart .at rect{fill:transparent} svg.chart .at line{stroke:var(--quiet);opacity:0}
svg.chart .at:hover line{opacity:.8}
svg.strip{display:block;width:100%;height:14px;border-radius:7px;background:var(--grid)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th{font-weight:600;color:var(--quiet);font-size:12.5px;text-align:left;padding:4px 10px 7px;white-space:nowrap}
td{padding:7px 10px;border-top:1px solid var(--line);vertical-align:middle}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th:first-child,td:first-child{padding-left:0} th:last-child,td:last-child{padding-right:0}
td.zero{color:var(--none)}
.pill{display:inline-block;border-radius:999px;padding:0 9px;font-size:12px;font-weight:600;line-height:20px;
 border:1.5px solid currentColor;white-space:nowrap}
details{border-top:1px solid var(--line)} details:first-of-type{border-top:0}
summary{cursor:pointer;display:grid;grid-template-columns:minmax(110px,1.1fr) 112px 90px minmax(0,3fr);gap:4px 14px;
 padding:9px 0;align-items:center;list-style:none}
summary::-webkit-details-marker{display:none}
summary .name::before{content:"\\25B8";display:inline-block;width:16px;color:var(--quiet);transition:transform .12s}
details[open] .name::before{transform:rotate(90deg)}
summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:6px}
summary .name{font-weight:600;overflow-wrap:anywhere}
details .inside{padding:4px 0 16px 16px}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 18px;margin:0;font-size:14px}
dt{color:var(--quiet)} dd{margin:0;overflow-wrap:anywhere}
.two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:14px;align-items:start}
.command{display:block;background:var(--soft);border-radius:8px;padding:9px 12px;overflow-wrap:anywhere;margin-top:12px}
footer{margin-top:36px;color:var(--quiet);font-size:12.5px}
@media screen and (max-width:820px){.charts,.charts.wide,.two{grid-template-columns:1fr} main{padding:20px 14px 40px}
 summary{grid-template-columns:1fr auto} summary .note{grid-column:1/-1}}
@media print{
 :root{color-scheme:light;"""
    + _LIGHT
    + """--page:#fff;--shadow:none}
 @page{margin:14mm}
 body{font-size:12px;-webkit-print-color-adjust:exact;print-color-adjust:exact} main{max-width:none;padding:0}
 .tile,details,tr,.charts .card,.two .card{break-inside:avoid} h2,h3,thead{break-after:avoid} .charts{gap:8px}
 .scroll{overflow:visible} table{font-size:11px} th{font-size:10px} td,th{padding-left:5px;padding-right:5px}
 .bar{min-width:60px}
 summary{padding:5px 0} details:not([open]) .name::before{visibility:hidden} .tile .value{font-size:19px}
 .tiles{grid-template-columns:repeat(6,1fr);gap:8px} .tile{padding:9px 10px}
 h2{margin:22px 0 8px} td{padding-top:4px;padding-bottom:4px}
}
"""
)
