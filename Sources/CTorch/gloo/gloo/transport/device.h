#pragma once

/* A stand-in for Gloo's header of this name, with as much as the headers of c10d name and nothing that either side has a layout of:
   libtorch contains Gloo, but ships neither its headers nor needs them at its border. */

namespace gloo {
namespace transport {
class Device;
class UnboundBuffer;
}
}
