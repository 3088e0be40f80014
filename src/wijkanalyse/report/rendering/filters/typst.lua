-- What pandoc's Typst writer leaves undone: alt texts (it drops them), formulas with an alt text (PDF/UA asks for
-- one). The columns of a table keep the widths that its source gives them.
if not FORMAT:match("typst") then return {} end

local function quoted(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("%s+", " ") .. '"'
end

-- Pixels are 1/96 inch, as in CSS; Typst knows the other units itself.
local function length(value)
  local pixels = value:match("^([%d.]+)px$") or value:match("^([%d.]+)$")
  if pixels then return string.format("%.2fpt", tonumber(pixels) * 0.75) end
  return value
end

local function image(element)
  local alt = element.attributes["fig-alt"] or pandoc.utils.stringify(element.caption)
  local parts = { quoted(element.src), "alt: " .. quoted(alt) }
  for _, side in ipairs({ "width", "height" }) do
    local value = element.attributes[side]
    if value then table.insert(parts, side .. ": " .. length(value)) end
  end
  return "image(" .. table.concat(parts, ", ") .. ")"
end

local function inline_image(element)
  return pandoc.RawInline("typst", "#box(" .. image(element) .. ")")
end

-- An image that fills a figure is not put in a box: it may then be as wide as the text.
local function figure(element)
  return element:walk({ Image = function(img) return pandoc.RawInline("typst", "#" .. image(img)) end })
end

local function formula(element)
  local code = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ element }) }), "typst"):gsub("%s+$", "")
  local block = element.mathtype == "DisplayMath" and "true" or "false"
  local call = "#math.equation(block: " .. block .. ", alt: " .. quoted(element.text) .. ", " .. code .. ")"
  return pandoc.RawInline("typst", call)
end

return {
  { Figure = figure, Math = formula },
  { Image = inline_image },
}
