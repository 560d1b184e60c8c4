"""What LaTeX's commands are called, and what becomes of each in a text to be read."""

ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "b": "\u0331", "d": "\u0323",
}  # fmt: skip

SIGNS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "ldots": "…", "dots": "…", "textellipsis": "…",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textbar": "|",
    "textless": "<", "textgreater": ">", "textunderscore": "_", "textbullet": "•",
    "textendash": "–", "textemdash": "—", "textquotedblleft": "“", "textquotedblright": "”",
    "textquoteleft": "‘", "textquoteright": "’", "guillemotleft": "«", "guillemotright": "»",
    "textquestiondown": "¿", "textexclamdown": "¡", "textdegree": "°", "textregistered": "®",
    "texttrademark": "™", "textcopyright": "©", "copyright": "©", "S": "§", "P": "¶", "euro": "€",
    "texteuro": "€", "pounds": "£", "textordfeminine": "ª", "textordmasculine": "º",
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "quad": " ", "qquad": " ", "space": " ",
    "enspace": " ",
    "thinspace": " ", "newline": "\n", "linebreak": "\n", "par": "\n\n", "checkmark": "✓",
    "rightarrow": "→", "Rightarrow": "⇒", "leftarrow": "←", "textrightarrow": "→",
    "medskip": "\n\n", "bigskip": "\n\n", "smallskip": "\n\n", "newpage": "\n\n",
    "clearpage": "\n\n", "centering": "", "hfill": " ", "vfill": "\n\n", "slash": "/",
    "State": "\n", "STATE": "\n", "Else": "\nelse", "ELSE": "\nelse", "EndFor": "\nend for",
    "EndIf": "\nend if", "EndWhile": "\nend while", "ENDFOR": "\nend for", "ENDIF": "\nend if",
    "ENDWHILE": "\nend while", "Require": "\nRequiere: ", "REQUIRE": "\nRequiere: ",
    "Ensure": "\nEntrega: ", "ENSURE": "\nEntrega: ", "Return": "\nreturn ", "RETURN": "\nreturn ",
    "For": "\nfor ", "FOR": "\nfor ", "While": "\nwhile ", "WHILE": "\nwhile ", "If": "\nif ",
    "IF": "\nif ", "ForAll": "\nfor all ", "ElsIf": "\nelse if ", "ELSIF": "\nelse if ",
    "bibitem": "\n\n",
}  # fmt: skip

SYMBOLS = {
    "%": "%", "&": "&", "#": "#", "_": "_", "{": "{", "}": "}", "$": r"\$", " ": " ", "\n": " ",
    ",": " ", ";": " ", ":": " ", "!": "", "-": "", "/": "", "@": "", "\\": "\n", "|": "‖",
    "(": "(", ")": ")", "]": "]", "[": "[", ">": "", "<": "",
}  # fmt: skip

LEVELS = {
    "part": 0, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5,
    "subparagraph": 6,
}  # fmt: skip

UNSEEN = {
    "label": 1, "ref": 1, "eqref": 1, "autoref": 1, "pageref": 1, "cref": 1, "Cref": 1, "vspace": 1,
    "hspace": 1, "setlength": 2, "addtolength": 2, "setcounter": 2, "addtocounter": 2,
    "bibliography": 1, "bibliographystyle": 1, "usetheme": 1, "usecolortheme": 1, "usefonttheme": 1,
    "setbeamertemplate": 2, "setbeamercolor": 2, "setbeamerfont": 2, "color": 1, "pagestyle": 1,
    "thispagestyle": 1, "index": 1, "graphicspath": 1, "definecolor": 3, "rule": 2, "fontsize": 2,
    "hypertarget": 1, "tableofcontents": 0, "pause": 0, "hline": 0, "toprule": 0, "midrule": 0,
    "bottomrule": 0, "cline": 1, "rowcolor": 1, "cellcolor": 1, "columncolor": 1, "phantom": 1,
    "hphantom": 1, "vphantom": 1, "usepackage": 1, "documentclass": 1, "title": 1, "subtitle": 1,
    "author": 1, "institute": 1, "date": 1, "titlegraphic": 1, "logo": 1, "AtBeginSection": 1,
    "AtBeginSubsection": 1, "transfade": 0, "appendix": 0, "today": 0, "listoffigures": 0,
    "listoftables": 0, "printbibliography": 0, "noindent": 0, "selectlanguage": 1, "animate": 0,
    "insertframenumber": 0, "geometry": 1, "hypersetup": 1, "lstset": 1, "pgfplotsset": 1,
    "usetikzlibrary": 1, "tikzset": 1, "newtheorem": 2, "newtheorem*": 2, "nocite": 1, "let": 0,
    "addbibresource": 1, "captionsetup": 1, "itemsep": 0, "parskip": 0, "bigbreak": 0,
    "setminted": 1, "newcounter": 1, "newlength": 1, "hyphenation": 1, "theoremstyle": 1,
}  # fmt: skip
"""How many arguments go with a command that says nothing to the reader."""

ONLY_LAST = {
    "textcolor": 2, "colorbox": 2, "fcolorbox": 3, "parbox": 2, "makebox": 1, "framebox": 1,
    "raisebox": 2, "scalebox": 2, "resizebox": 3, "rotatebox": 2, "multirow": 3, "hyperlink": 2,
    "foreignlanguage": 2, "adjustbox": 2, "hyperref": 1, "setbox": 1,
}  # fmt: skip
"""How many arguments a command has of which only the last is text."""

PICTURES = {"includegraphics": 1, "includesvg": 1, "pgfimage": 1, "movie": 2, "includemedia": 2}
DRAWINGS = {"tikzpicture", "pgfpicture", "circuitikz", "forest", "axis", "picture", "tikzcd"}

TABLES = {"tabular": 1, "tabular*": 2, "tabularx": 2, "tabulary": 2, "longtable": 1,
          "supertabular": 1, "tblr": 1, "array": 1}  # fmt: skip
"""How many arguments stand before the rows."""

LISTS = {"itemize", "enumerate", "description", "compactitem", "compactenum", "inparaenum",
         "enumerate*", "itemize*"}  # fmt: skip

EQUATIONS = {
    "equation": "", "displaymath": "", "math": "", "multline": "gathered", "gather": "gathered",
    "align": "aligned", "eqnarray": "aligned", "flalign": "aligned", "alignat": "aligned",
    "dmath": "", "IEEEeqnarray": "aligned",
}  # fmt: skip
"""The environment that stands between dollars for one that stands alone."""

BOXES = {"block", "alertblock", "exampleblock", "beamercolorbox", "tcolorbox"}
ARGUMENTS = {"column": 1, "minipage": 1, "wrapfigure": 2, "multicols": 1, "adjustbox": 1,
             "subfigure": 1, "textblock": 1, "overlayarea": 2, "beamercolorbox": 1, "spacing": 1,
             "algorithmic": 0, "thebibliography": 1, "subtable": 1}  # fmt: skip
"""How many arguments of an environment are measures."""

STATEMENTS = {
    "theorem": "Teorema", "teorema": "Teorema", "thm": "Teorema", "lemma": "Lema", "lema": "Lema",
    "corollary": "Corolario", "corolario": "Corolario", "proposition": "Proposición",
    "proposicion": "Proposición", "definition": "Definición", "definicion": "Definición",
    "example": "Ejemplo", "ejemplo": "Ejemplo", "examples": "Ejemplos", "exercise": "Ejercicio",
    "ejercicio": "Ejercicio", "remark": "Observación", "observacion": "Observación",
    "proof": "Demostración", "problem": "Problema", "abstract": "Resumen",
}  # fmt: skip
