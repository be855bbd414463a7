// node ag_psd_dump.cjs MODULE FILES.json FOLDER: what ag-psd sees, as JSON with raw arrays beside it.
const fs = require('fs')
const path = require('path')
const [module_, list, folder] = process.argv.slice(2)
const { readPsd, initializeCanvas } = require(module_)

const noCanvas = () => { throw new Error('no canvas here') }
const makeImageData = (width, height) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) })
initializeCanvas(noCanvas, makeImageData)

function makeDump(index) {
  let count = 0
  const keep = content => {
    const name = `${index}-${count++}.raw`
    fs.writeFileSync(path.join(folder, name), content)
    return name
  }
  const array = image => {
    const kind = { 1: '|u1', 2: '<u2', 4: '<f4' }[image.data.BYTES_PER_ELEMENT]
    const { buffer, byteOffset, byteLength } = image.data
    return { file: keep(Buffer.from(buffer, byteOffset, byteLength)), dtype: kind, shape: [image.height, image.width, 4] }
  }
  return { keep, array }
}

function* walkLayers(dump, layers, level) {
  for (const layer of layers || []) {
    const group = Boolean(layer.children)
    const seen = {
      name: layer.name, level, group, visible: !layer.hidden, opacity: layer.opacity, blend: layer.blendMode,
    }
    if (!group && layer.imageData) {
      seen.rect = [layer.left, layer.top, layer.right, layer.bottom]
      seen.pixels = dump.array(layer.imageData)
      seen.alpha = true
    }
    const mask = layer.mask
    if (mask && mask.imageData) {
      seen.mask = { rect: [mask.left, mask.top, mask.right, mask.bottom], pixels: dump.array(mask.imageData), enabled: !mask.disabled }
    }
    yield seen
    if (group) yield* walkLayers(dump, layer.children, level + 1)
  }
}

JSON.parse(fs.readFileSync(list, 'utf8')).forEach((file, index) => {
  let seen
  try {
    const dump = makeDump(index)
    const psd = readPsd(fs.readFileSync(file), { useImageData: true, useRawThumbnail: true })
    const resources = psd.imageResources || {}
    seen = {
      size: [psd.width, psd.height],
      depth: psd.bitsPerChannel,
      merged_matted: psd.bitsPerChannel !== 8, // it takes the white away at 8 bits only
      merged: psd.imageData ? dump.array(psd.imageData) : null,
      layers: [...walkLayers(dump, psd.children, 0)],
      dpi: resources.resolutionInfo ? resources.resolutionInfo.horizontalResolution : null,
      xmp: resources.xmpMetadata || null,
    }
  } catch (error) {
    seen = { unreadable: error.message }
  }
  fs.writeFileSync(path.join(folder, `${index}.json`), JSON.stringify(seen))
})
