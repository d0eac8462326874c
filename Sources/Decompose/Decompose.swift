// module Decompose
