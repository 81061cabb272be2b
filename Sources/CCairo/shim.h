#pragma once
#include <cairo/cairo-svg.h>
#include <cairo/cairo.h>
#include <dlfcn.h>

// Cairo is not linked but opened when the first picture is drawn (docs/decisions/0014). The table contains the functions that are
// called, with the types that Cairo's own headers declare.
#define CCAIRO_FUNCTIONS(USE) \
    USE(arc) USE(clip) USE(close_path) USE(create) USE(destroy) USE(fill) USE(get_source) USE(image_surface_create) \
    USE(image_surface_get_data) USE(image_surface_get_stride) USE(line_to) USE(move_to) USE(new_path) USE(paint) \
    USE(pattern_set_extend) USE(pattern_set_filter) USE(rectangle) USE(restore) USE(rotate) USE(save) USE(scale) \
    USE(select_font_face) USE(set_dash) USE(set_fill_rule) USE(set_font_size) USE(set_line_join) USE(set_line_width) \
    USE(set_source_rgba) USE(set_source_surface) USE(show_text) USE(status) USE(status_to_string) \
    USE(stroke) USE(surface_destroy) USE(surface_finish) USE(surface_flush) USE(surface_mark_dirty) \
    USE(surface_status) USE(surface_write_to_png_stream) USE(svg_surface_create_for_stream) \
    USE(svg_surface_set_document_unit) USE(text_extents) USE(translate)

struct ccairo_functions {
#define CCAIRO_MEMBER(name) __typeof__(&cairo_##name) name;
    CCAIRO_FUNCTIONS(CCAIRO_MEMBER)
#undef CCAIRO_MEMBER
};

/// Fills the table from a library opened with `dlopen`. Returns false where a function is missing.
static inline _Bool ccairo_load(struct ccairo_functions *functions, void *library) {
#define CCAIRO_LOAD(name) \
    if (!(functions->name = (__typeof__(&cairo_##name))dlsym(library, "cairo_" #name))) return 0;
    CCAIRO_FUNCTIONS(CCAIRO_LOAD)
#undef CCAIRO_LOAD
    return 1;
}
