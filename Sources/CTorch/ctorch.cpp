#include "ctorch.h"
#include <torch/torch.h>
