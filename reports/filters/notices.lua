-- `::: {.callout-note title="…"}` becomes a notice, the same in both renderers and both formats. Quarto's own callouts
-- are not used: without its theme they have English titles, and with it a contrast fault.
local TITLES = {
  nl = { note = "Opmerking", tip = "Tip", warning = "Waarschuwing", important = "Belangrijk", caution = "Let op" },
  en = { note = "Note", tip = "Tip", warning = "Warning", important = "Important", caution = "Caution" },
}
local titles = TITLES.nl

local function kind_of(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match("^callout%-(%a+)$")
    if kind and TITLES.en[kind] then return kind end
  end
end

-- The title is the attribute, else a heading that opens the notice, else the default in the document's language.
local function take_title(div, kind)
  local given = div.attributes.title
  if given then return pandoc.read(given, "markdown").blocks[1].content end
  local first = div.content[1]
  if first and first.t == "Header" then
    div.content:remove(1)
    return first.content
  end
  return pandoc.Inlines(titles[kind])
end

local function notice(div)
  local kind = kind_of(div)
  if not kind then return nil end
  local title = take_title(div, kind)
  if FORMAT:match("typst") then
    local blocks = pandoc.Blocks({ pandoc.RawBlock("typst", '#notice("' .. kind .. '")[') })
    blocks:insert(pandoc.Plain(title))
    blocks:insert(pandoc.RawBlock("typst", "]["))
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock("typst", "]"))
    return blocks
  end
  local body = pandoc.Blocks({ pandoc.Div(pandoc.Plain(title), pandoc.Attr("", { "notice-title" })) })
  body:extend(div.content)
  -- Plain text as the accessible name, so that a screen reader announces the kind of notice with its title.
  local label = titles[kind]
  local text = pandoc.utils.stringify(title)
  if text ~= label then label = label .. ": " .. text end
  return pandoc.Div(body, pandoc.Attr(div.identifier, { "notice", "notice-" .. kind },
    { { "role", "note" }, { "aria-label", label } }))
end

return {
  { Meta = function(meta)
      local lang = pandoc.utils.stringify(meta.lang or "nl")
      titles = TITLES[lang:sub(1, 2)] or TITLES.en
    end },
  { Div = notice },
}
