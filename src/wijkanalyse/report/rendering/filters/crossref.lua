-- Numbers sections, figures and tables in the order of the document and writes "Figuur 1" for @fig-x.
-- Must run before citeproc, which would take @fig-x for a citation. That every target exists is checked beforehand.
local NAMES = {
  nl = { fig = "Figuur", tbl = "Tabel", sec = "Paragraaf" },
  en = { fig = "Figure", tbl = "Table", sec = "Section" },
}
local names = NAMES.nl
local typst = FORMAT:match("typst")
local NBSP = "\u{a0}"
local numbers = {}  -- identifier -> number as text

local function kind_of(identifier)
  local kind = identifier:match("^(%a+)%-")
  return NAMES.en[kind] and kind
end

-- The highest level in use is level 1 in the PDF and h2 in the HTML, where h1 is the title.
local function level_headings(doc)
  local highest = 6
  doc:walk({ Header = function(header) highest = math.min(highest, header.level) end })
  local shift = (typst and 1 or 2) - highest
  return doc:walk({ Header = function(header)
    header.level = math.min(6, header.level + shift)
    return header
  end })
end

local function number_sections(doc)
  local top = typst and 1 or 2
  local counters = { 0, 0, 0, 0, 0, 0 }
  return doc:walk({ Header = function(header)
    if header.classes:includes("unnumbered") then return nil end
    local depth = header.level - top + 1
    counters[depth] = counters[depth] + 1
    for deeper = depth + 1, 6 do counters[deeper] = 0 end
    local number = table.concat(counters, ".", 1, depth)
    numbers[header.identifier] = number
    if typst then return nil end  -- Typst counts in the same way and puts the number in its outline too
    header.content:insert(1, pandoc.Space())
    header.content:insert(1, pandoc.Span(number, pandoc.Attr("", { "header-section-number" })))
    return header
  end })
end

local function number_caption(element, kind, count)
  local caption = element.caption.long
  if not caption[1] then return false end
  local number = tostring(count + 1)
  if element.identifier ~= "" then numbers[element.identifier] = number end
  local label = pandoc.Span(pandoc.Strong(names[kind] .. NBSP .. number .. ":"), pandoc.Attr("", { "caption-label" }))
  caption[1].content:insert(1, pandoc.Space())
  caption[1].content:insert(1, label)
  element.caption.long = caption
  return true
end

-- Only floats with an identifier are numbered, as Quarto does.
local function number_floats(doc)
  local count = { fig = 0, tbl = 0 }
  local function float(kind)
    return function(element)
      if kind_of(element.identifier) ~= kind then return nil end
      if number_caption(element, kind, count[kind]) then count[kind] = count[kind] + 1 end
      return element
    end
  end
  return doc:walk({ traverse = "topdown", Figure = float("fig"), Table = float("tbl") })
end

local function reference(citation)
  local number = numbers[citation.id]
  if not number then error("unresolved reference @" .. citation.id) end
  local text = pandoc.Inlines({})
  if #citation.prefix > 0 then
    text:extend(citation.prefix)
    text:insert(pandoc.Str(NBSP))
  elseif citation.mode ~= "SuppressAuthor" then
    text:insert(pandoc.Str(names[kind_of(citation.id)] .. NBSP))
  end
  text:insert(pandoc.Str(number))
  return pandoc.Link(text, "#" .. citation.id, "", pandoc.Attr("", { "crossref" }))
end

local function replace_references(cite)
  local inlines = pandoc.Inlines({})
  for i, citation in ipairs(cite.citations) do
    if not kind_of(citation.id) then return nil end
    if i > 1 then inlines:extend({ pandoc.Str(","), pandoc.Space() }) end
    inlines:insert(reference(citation))
    inlines:extend(citation.suffix)
  end
  return inlines
end

function Pandoc(doc)
  names = NAMES[pandoc.utils.stringify(doc.meta.lang or "nl"):sub(1, 2)] or NAMES.en
  doc = level_headings(doc)
  if doc.meta["number-sections"] ~= false then doc = number_sections(doc) end
  doc = number_floats(doc)
  return doc:walk({ Cite = replace_references })
end
