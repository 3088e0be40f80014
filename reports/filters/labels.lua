-- The words that the page itself uses, in the language of the document. Used by Quarto and by the adapter.
local LABELS = {
  nl = { skip = "Direct naar de inhoud", toc = "Inhoud", abstract = "Samenvatting", table = "Tabel", page = "Pagina",
         list = "Naar de lijst van alle getallen" },
  en = { skip = "Skip to content", toc = "Contents", abstract = "Summary", table = "Table", page = "Page",
         list = "To the list of all numbers" },
}

function Meta(meta)
  local lang = pandoc.utils.stringify(meta.lang or "nl")
  meta.labels = LABELS[lang:sub(1, 2)] or LABELS.en
  return meta
end
