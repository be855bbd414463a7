"""Renders 3D models as cut-outs with true alpha, through OpenGL without a window (Mesa will do).

The picture is drawn twice as large with four samples a pixel, so an edge has 16 levels. Light
is a key light with a shadow, a fill light, and a sky that also mirrors in glossy materials
(Blinn 1977; Schlick's approximation of Fresnel, 1994).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import moderngl
import numpy as np
import numpy.typing as npt

from mattework_training.library import Image
from mattework_training.models3d import Part, Vertices

_SCALE = 2
_SHADOW_SIDE = 1024

_VERTEX = """#version 330
uniform mat4 camera; uniform mat4 lamp;
in vec3 position; in vec3 normal; in vec2 place;
out vec3 at; out vec3 up; out vec2 uv; out vec4 lit;
void main() {
    at = position; up = normal; uv = place; lit = lamp * vec4(position, 1.0);
    gl_Position = camera * vec4(position, 1.0);
}"""

_FRAGMENT = """#version 330
uniform vec3 eye, key, fill, key_color, fill_color, sky, earth, color;
uniform float specular, gloss, opacity, grain, grain_size, exposure;
uniform bool textured; uniform sampler2D surface; uniform sampler2DShadow shadow;
in vec3 at; in vec3 up; in vec2 uv; in vec4 lit;
out vec4 result;
float hash(vec3 p) { p = fract(p * .3183099 + .1); p *= 17.; return fract(p.x * p.y * p.z * (p.x + p.y + p.z)); }
float layer(vec3 i, vec2 f) {
    return mix(mix(hash(i), hash(i + vec3(1,0,0)), f.x), mix(hash(i + vec3(0,1,0)), hash(i + vec3(1,1,0)), f.x), f.y);
}
float noise(vec3 x) {
    vec3 i = floor(x), f = fract(x); f = f * f * (3. - 2. * f);
    return mix(layer(i, f.xy), layer(i + vec3(0, 0, 1), f.xy), f.z);
}
vec3 surroundings(vec3 direction) {
    vec3 open = mix(earth, sky, smoothstep(-.25, .35, direction.y));
    return open + key_color * .5 * smoothstep(.8, .95, dot(direction, key));
}
void main() {
    vec3 v = normalize(eye - at);
    vec3 n = dot(up, up) > .01 ? normalize(up) : normalize(cross(dFdx(at), dFdy(at)));
    if (dot(n, v) < 0.) n = -n;
    vec4 texel = textured ? texture(surface, uv) : vec4(1.);
    if (texel.a < .5) discard;
    vec3 base = pow(color * texel.rgb, vec3(2.2));
    vec3 p = at * grain_size;
    base *= 1. + grain * (noise(p) + .5 * noise(p * 3.1) - .75);
    float near = max(dot(n, key), 0.);
    vec3 s = lit.xyz / lit.w * .5 + .5; s.z -= .004 + .008 * (1. - near);
    float seen = 0.;
    for (int i = -1; i < 2; i++) for (int j = -1; j < 2; j++)
        seen += texture(shadow, s + vec3(i, j, 0) * 1.5 / 1024.) / 9.;
    vec3 light = key_color * near * seen + fill_color * max(dot(n, fill), 0.)
        + mix(earth, sky, n.y * .5 + .5);
    vec3 h = normalize(key + v);
    float shine = pow(max(dot(n, h), 0.), gloss) * (gloss + 8.) / 25. * specular * near;
    float fresnel = specular + (1. - specular) * pow(1. - max(dot(n, v), 0.), 5.);
    float smoothness = clamp(gloss / 150., 0., 1.) * specular;
    vec3 seen_light = base * light + key_color * shine * seen
        + surroundings(reflect(-v, n)) * fresnel * smoothness;
    result = vec4(pow(1. - exp(-seen_light * exposure), vec3(1. / 2.2)), opacity);
}"""

_SHADOW_VERTEX = """#version 330
uniform mat4 lamp; in vec3 position; void main() { gl_Position = lamp * vec4(position, 1.0); }"""
_SHADOW_FRAGMENT = """#version 330
void main() {}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where the camera stands, angles in radians: around the model, above the floor, its roll, and
    the field of view, which sets the distance."""

    azimuth: float
    elevation: float
    roll: float
    field: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lights:
    """Directions are unit vectors towards the light, colours linear. ``grain`` is how much the surface varies."""

    key: Vertices
    fill: Vertices
    key_color: Vertices
    fill_color: Vertices
    sky: Vertices
    earth: Vertices
    exposure: float
    grain: float


def draw_view(parts: list[Part], rng: np.random.Generator) -> View:
    """All around, more often from the front (positive z), slightly above; flat things from higher up,
    thin ones not from their edge."""
    points = np.concatenate([part.positions for part in parts])
    width, height, depth = (float(v) for v in np.ptp(points, axis=0))
    flat = height < 0.3 * max(width, depth)
    elevation = rng.uniform(22, 75) if flat else rng.uniform(-2, 35)
    for _ in range(8):
        azimuth = rng.uniform(-1.5, 1.5) if rng.random() < 0.6 else rng.uniform(-np.pi, np.pi)
        # How much of the broad side of a panel is seen.
        broad = abs(np.cos(azimuth)) if depth < width else abs(np.sin(azimuth))
        if flat or min(width, depth) > 0.25 * max(width, depth) or broad > 0.5:
            break
    return View(
        azimuth=float(azimuth),
        elevation=float(np.deg2rad(elevation)),
        roll=float(np.deg2rad(rng.normal(0, 2))),
        field=float(np.deg2rad(rng.uniform(16, 48))),
    )


def _point(azimuth: float, elevation: float) -> Vertices:
    flat = np.cos(elevation)
    return np.array([np.sin(azimuth) * flat, np.sin(elevation), np.cos(azimuth) * flat], np.float32)


def draw_lights(view: View, rng: np.random.Generator) -> Lights:
    """A key light on the camera's side more often than behind, warm or cold, hard or soft."""
    key_angle = view.azimuth + rng.uniform(-2.0, 2.0)
    warmth = rng.normal(0, 0.09)
    hardness = rng.uniform(0.35, 1.5)
    tint = np.array([1 + warmth, 1, 1 - warmth])
    around = rng.uniform(0.16, 0.5)
    return Lights(
        key=_point(key_angle, rng.uniform(0.35, 1.3)),
        fill=_point(
            view.azimuth - np.sign(key_angle - view.azimuth) * rng.uniform(0.3, 1.2), rng.uniform(-0.1, 0.6)
        ),
        key_color=(tint * hardness * 2).astype(np.float32),
        fill_color=(rng.uniform(0.05, 0.5) * (2 - tint)).astype(np.float32),
        sky=(around * 1.5 * (2 - tint) * rng.uniform(0.9, 1.1, 3)).astype(np.float32),
        earth=(around * rng.uniform(0.3, 1.0) * tint * rng.uniform(0.85, 1.1, 3)).astype(np.float32),
        exposure=float(rng.uniform(0.75, 1.5)),
        grain=float(rng.choice([0.0, 0.1, 0.25])),
    )


def _look_at(eye: Vertices, target: Vertices, roll: float) -> Vertices:
    back = (eye - target) / np.linalg.norm(eye - target)
    side = np.cross(np.array([0, 1, 0], np.float32), back)
    side /= np.linalg.norm(side)
    above = np.cross(back, side)
    turned = np.stack(
        [side * np.cos(roll) + above * np.sin(roll), above * np.cos(roll) - side * np.sin(roll), back]
    )
    matrix = np.eye(4, dtype=np.float32)
    matrix[:3, :3] = turned
    matrix[:3, 3] = -turned @ eye
    return matrix


def _project(matrix: Vertices, points: Vertices) -> Vertices:
    placed = points @ matrix[:3, :3].T + matrix[:3, 3]
    depth = points @ matrix[3, :3] + matrix[3, 3]
    result: Vertices = (placed / depth[:, None]).astype(np.float32)
    return result


def _crop(low: Vertices, high: Vertices) -> Vertices:
    """The matrix that stretches what lies between two corners over the whole frame, x and y."""
    matrix = np.eye(4, dtype=np.float32)
    for axis in range(2):
        matrix[axis, axis] = 2 / (high[axis] - low[axis])
        matrix[axis, 3] = -(high[axis] + low[axis]) / (high[axis] - low[axis])
    return matrix


@dataclass(frozen=True, slots=True)
class _Uploaded:
    part: Part
    faces: moderngl.VertexArray
    shadow_faces: moderngl.VertexArray
    buffer: moderngl.Buffer
    texture: moderngl.Texture | None


class Renderer:
    """Holds the drawing context, one a process. Without OpenGL 3.3 through EGL moderngl raises an ``Exception``."""

    def __init__(self) -> None:
        # The stubs of moderngl 5.13 say that settings are dictionaries; they are strings.
        windowless: Any = {"backend": "egl"}
        self._context = moderngl.create_context(standalone=True, require=330, **windowless)
        self._program = self._context.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT)
        self._shadow_program = self._context.program(
            vertex_shader=_SHADOW_VERTEX, fragment_shader=_SHADOW_FRAGMENT
        )
        self._shadow_map = self._context.depth_texture((_SHADOW_SIDE, _SHADOW_SIDE))
        self._shadow_map.compare_func = "<="
        self._shadow_frame = self._context.framebuffer(depth_attachment=self._shadow_map)
        self._shadow_map.use(1)
        self._set("surface", 0)
        self._set("shadow", 1)

    def _set(self, name: str, value: object, program: moderngl.Program | None = None) -> None:
        member = (program or self._program).get(name, None)
        if isinstance(member, moderngl.Uniform):
            member.value = value

    def _upload(self, part: Part) -> _Uploaded:
        rows = np.hstack([part.positions, part.normals, part.texture_places]).astype(np.float32)
        buffer = self._context.buffer(np.ascontiguousarray(rows).tobytes())
        texture = None
        if part.texture is not None:
            height, width = part.texture.shape[:2]
            pixels = np.ascontiguousarray(part.texture[::-1])
            texture = self._context.texture((width, height), 4, pixels.tobytes())
            texture.build_mipmaps()
        return _Uploaded(
            part,
            self._context.vertex_array(self._program, [(buffer, "3f 3f 2f", "position", "normal", "place")]),
            self._context.vertex_array(self._shadow_program, [(buffer, "3f 20x", "position")]),
            buffer,
            texture,
        )

    def _draw_shadow(
        self, parts: list[_Uploaded], lights: Lights, center: Vertices, radius: float
    ) -> Vertices:
        looking = _look_at(center + lights.key * radius * 2, center, 0.0)
        flat = np.diag([1 / radius, 1 / radius, -1 / radius, 1]).astype(np.float32)
        flat[2, 3] = -2
        lamp: Vertices = flat @ looking
        self._shadow_frame.use()
        self._shadow_frame.clear(depth=1.0)
        self._set("lamp", tuple(lamp.T.ravel()), self._shadow_program)
        for one in parts:
            if one.part.opacity > 0.9:
                one.shadow_faces.render()
        return lamp

    def render(self, parts: list[Part], view: View, lights: Lights, long_side: int) -> Image:
        """The model alone, cropped to itself: (H, W, 4) uint8, straight alpha, long side as asked.

        Transparent materials are drawn over what is behind them within the model and are opaque in
        the alpha: glass belongs to its thing. Raises ``ValueError`` when nothing is to be drawn.
        """
        if not parts:
            raise ValueError("the model has no faces to draw")
        points = np.concatenate([part.positions for part in parts])
        low, high = points.min(axis=0), points.max(axis=0)
        center = ((low + high) / 2).astype(np.float32)
        radius = float(np.linalg.norm(high - low)) / 2
        distance = radius / np.sin(view.field / 2) * 1.05
        eye = center + _point(view.azimuth, view.elevation) * np.float32(distance)
        near, far = max(distance - radius * 1.1, radius * 0.05), distance + radius * 1.1
        lens = np.diag([1 / np.tan(view.field / 2), 1 / np.tan(view.field / 2), 0, 0]).astype(np.float32)
        lens[2, 2], lens[2, 3], lens[3, 2] = (near + far) / (near - far), 2 * near * far / (near - far), -1
        camera: Vertices = lens @ _look_at(eye, center, view.roll)
        shown = _project(camera, points)
        edge_low, edge_high = shown[:, :2].min(axis=0), shown[:, :2].max(axis=0)
        margin = (edge_high - edge_low).max() * 0.01
        edge_low, edge_high = edge_low - margin, edge_high + margin
        extent = edge_high - edge_low
        size = np.maximum(np.round(extent / extent.max() * long_side), 8).astype(int)
        camera = _crop(edge_low, edge_high) @ camera
        uploaded = [self._upload(part) for part in parts]
        try:
            lamp = self._draw_shadow(uploaded, lights, center, radius)
            self._set("camera", tuple(camera.T.ravel()))
            self._set("lamp", tuple(lamp.T.ravel()))
            self._set("eye", tuple(eye))
            for name in ("key", "fill", "key_color", "fill_color", "sky", "earth"):
                self._set(name, tuple(getattr(lights, name)))
            self._set("exposure", lights.exposure)
            self._set("grain", lights.grain)
            self._set("grain_size", 14 / radius)
            pixels = self._draw(uploaded, (int(size[0]) * _SCALE, int(size[1]) * _SCALE))
        finally:
            for one in uploaded:
                for held in (one.faces, one.shadow_faces, one.buffer, one.texture):
                    if held is not None:
                        held.release()
        return _shrink(pixels, (int(size[0]), int(size[1])))

    def _draw(self, parts: list[_Uploaded], size: tuple[int, int]) -> npt.NDArray[np.uint8]:
        """Premultiplied RGBA of ``size`` (width, height)."""
        context = self._context
        frame = context.simple_framebuffer(size, 4, samples=4)
        plain = context.simple_framebuffer(size, 4)
        frame.use()
        frame.clear(0, 0, 0, 0)
        context.enable_only(moderngl.DEPTH_TEST)
        context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        context.depth_func = "<="
        for one in sorted(parts, key=lambda p: -p.part.opacity):
            clear = one.part.opacity < 0.9
            context.enable_only(moderngl.DEPTH_TEST | (moderngl.BLEND if clear else 0))
            self._set("color", one.part.color)
            self._set("specular", min(one.part.specular, 0.9))
            self._set("gloss", float(np.clip(one.part.gloss, 2, 300)))
            self._set("opacity", max(one.part.opacity, 0.65) if clear else 1.0)
            self._set("textured", one.texture is not None)
            if one.texture is not None:
                one.texture.use(0)
            one.faces.render()
            if clear:
                # What glass covers is all subject: its alpha once more, without its colour.
                frame.color_mask = (False, False, False, True)
                context.enable_only(moderngl.DEPTH_TEST)
                self._set("opacity", 1.0)
                one.faces.render()
                frame.color_mask = (True, True, True, True)
        context.copy_framebuffer(plain, frame)
        pixels = np.frombuffer(plain.read(components=4), np.uint8).reshape(size[1], size[0], 4)[::-1]
        # Letting go of a frame keeps what it drew into.
        for drawn in (frame, plain):
            for held in (*drawn.color_attachments, drawn.depth_attachment, drawn):
                held.release()
        return pixels


def _shrink(pixels: npt.NDArray[np.uint8], size: tuple[int, int]) -> Image:
    """Averaged to ``size`` (width, height), and from premultiplied to straight colour."""
    small = cv2.resize(pixels.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    alpha = small[..., 3:]
    color = np.where(alpha > 0, small[..., :3] * 255 / np.maximum(alpha, 0.01), 0)
    result: Image = np.clip(np.dstack([color, alpha]) + 0.5, 0, 255).astype(np.uint8)
    return result
