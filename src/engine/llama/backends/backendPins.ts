// Written by scripts/nativePins.ts from the packages themselves. Do not edit.
import type { BackendPins } from './contract.ts'

/** Per platform and backend: its packages, and size and digest of each library in them. */
export const backendPins: BackendPins = {
  'linux-x64-cuda': {
    version: '3.22.1',
    license: 'MIT',
    packages: [
      {
        name: '@node-llama-cpp/linux-x64-cuda',
        integrity: 'sha512-8rQCjyNNLZJUFit+YpjwlC4hwkKgOMIkB2wuycKBf8NU2O3ySKbiWZQ8aw9ku2nUTXjSnUIrE6KB88itduTBuA==',
        folder: 'package/bins/linux-x64-cuda',
        files: {
          'libggml-base.so': {
            size: 919560,
            sha256: '6c342c8aeb20cb31a18099d6f79de4de6703814d1cfd5c4d754a8643087e486e',
          },
          'libggml-cpu-alderlake.so': {
            size: 1224328,
            sha256: '6527efda35405a0d91574aced4a7766db9bb0494ab6458c83fe9eba755eb76f7',
          },
          'libggml-cpu-cannonlake.so': {
            size: 1369312,
            sha256: '44285a67a31a81a036a70c565d391b31145d835044c03c76cfaa2f90a9d57d42',
          },
          'libggml-cpu-cascadelake.so': {
            size: 1369312,
            sha256: '97cace813fbf7b7a07c4793f6a75b8b2d3de256430620f0be4a15bd4372468ea',
          },
          'libggml-cpu-cooperlake.so': {
            size: 1365288,
            sha256: '5eda284fd8986d550e21623b269dd31d02c07fc70121d3099609d5dde6b6847e',
          },
          'libggml-cpu-haswell.so': {
            size: 1228424,
            sha256: 'ddaa96012769f0e86e8670cca374243751880bea2c2d0a4413b3a1b7a29dca74',
          },
          'libggml-cpu-icelake.so': {
            size: 1369312,
            sha256: '9b9c24aaa775fd38a6e1ff082549e50d4138d29f2e2883630b28ab70704ed896',
          },
          'libggml-cpu-ivybridge.so': {
            size: 1190120,
            sha256: '91b27ab81df92b8429c8e3441a8861014d3aec1424f90885a628fd0d4567532f',
          },
          'libggml-cpu-piledriver.so': {
            size: 1186024,
            sha256: '2cb5b2101f5bbefa2416ec7f8b6c6acb177d04f0157989c5d92e4c07750fd3f8',
          },
          'libggml-cpu-sandybridge.so': {
            size: 1180808,
            sha256: 'bce17565033835dfb59fae2ed712d4c35e56463c2d49ea61ca08e6e2908bdfd6',
          },
          'libggml-cpu-sapphirerapids.so': {
            size: 1669760,
            sha256: 'e3d4840632b2242655e1721c6b93ec0370406dded9074accfe90bcfb67bd30b8',
          },
          'libggml-cpu-skylakex.so': {
            size: 1369312,
            sha256: 'df30b40a957175cd8e462e8838632dc51e3be7570b27b9526cb7a044263aeab3',
          },
          'libggml-cpu-sse42.so': {
            size: 981608,
            sha256: 'ec65053445506965db5dd9382d7ede084ba639edc55f77aaf73581c778969e02',
          },
          'libggml-cpu-x64.so': {
            size: 977688,
            sha256: '1174c3c3e0b8722313df561d7ef5ece516a070732cec9b8ddda3667c0b959728',
          },
          'libggml-cpu-zen4.so': {
            size: 1365288,
            sha256: 'd84208de33fdadb8921a1a1a34342f5eceb1e58b83648be68050f7557312bd3e',
          },
          'libggml-cuda.so': {
            size: 158993272,
            sha256: 'f00882ca593ddf380778f5ac835690bcdaad951cd4700829c7a03aa0c32bcf47',
          },
          'libggml.cuda.v0.5.0.so': {
            size: 55184,
            sha256: 'a95bdba2e3bb6cc95803448a7fee59b651c406a8959b6cbf0d995cd0ab8375f7',
          },
          'libllama.cuda.v0.5.0.so': {
            size: 4620496,
            sha256: '1bc3a883d49c77292e164047267bfdda947d7ecf790b10443fc36cf0c8fbcb38',
          },
        },
      },
      {
        name: '@node-llama-cpp/linux-x64-cuda-ext',
        integrity: 'sha512-4e5ajkiM2aR2WAdB/N/ACk4weEhHvOAIrzxZPsIX0xDFW5+6hhShuy1/vs88SK9NGdgAco9IyE28eYS0H1efpA==',
        folder: 'package/bins/linux-x64-cuda',
        files: {
          'fallback/libggml-cuda.so': {
            size: 374450984,
            sha256: '4f46521c1a9d4aa04c412977ac717018c1d607eec871a438ee2ee270f220c9e4',
          },
        },
      },
    ],
  },
  'linux-x64-vulkan': {
    version: '3.22.1',
    license: 'MIT',
    packages: [
      {
        name: '@node-llama-cpp/linux-x64-vulkan',
        integrity: 'sha512-bBxqU+JOcBu1nb5Qj2zcMci+JByT1E8EajHvYodyNfVIPkEhXh+/HMwR1/BT7xP08YK0hks+kM8fglER0P8JEg==',
        folder: 'package/bins/linux-x64-vulkan',
        files: {
          'libggml-base.so': {
            size: 919560,
            sha256: '6c342c8aeb20cb31a18099d6f79de4de6703814d1cfd5c4d754a8643087e486e',
          },
          'libggml-cpu-alderlake.so': {
            size: 1224328,
            sha256: '6527efda35405a0d91574aced4a7766db9bb0494ab6458c83fe9eba755eb76f7',
          },
          'libggml-cpu-cannonlake.so': {
            size: 1369312,
            sha256: '44285a67a31a81a036a70c565d391b31145d835044c03c76cfaa2f90a9d57d42',
          },
          'libggml-cpu-cascadelake.so': {
            size: 1369312,
            sha256: '97cace813fbf7b7a07c4793f6a75b8b2d3de256430620f0be4a15bd4372468ea',
          },
          'libggml-cpu-cooperlake.so': {
            size: 1365288,
            sha256: '5eda284fd8986d550e21623b269dd31d02c07fc70121d3099609d5dde6b6847e',
          },
          'libggml-cpu-haswell.so': {
            size: 1228424,
            sha256: 'ddaa96012769f0e86e8670cca374243751880bea2c2d0a4413b3a1b7a29dca74',
          },
          'libggml-cpu-icelake.so': {
            size: 1369312,
            sha256: '9b9c24aaa775fd38a6e1ff082549e50d4138d29f2e2883630b28ab70704ed896',
          },
          'libggml-cpu-ivybridge.so': {
            size: 1190120,
            sha256: '91b27ab81df92b8429c8e3441a8861014d3aec1424f90885a628fd0d4567532f',
          },
          'libggml-cpu-piledriver.so': {
            size: 1186024,
            sha256: '2cb5b2101f5bbefa2416ec7f8b6c6acb177d04f0157989c5d92e4c07750fd3f8',
          },
          'libggml-cpu-sandybridge.so': {
            size: 1180808,
            sha256: 'bce17565033835dfb59fae2ed712d4c35e56463c2d49ea61ca08e6e2908bdfd6',
          },
          'libggml-cpu-sapphirerapids.so': {
            size: 1669760,
            sha256: 'e3d4840632b2242655e1721c6b93ec0370406dded9074accfe90bcfb67bd30b8',
          },
          'libggml-cpu-skylakex.so': {
            size: 1369312,
            sha256: 'df30b40a957175cd8e462e8838632dc51e3be7570b27b9526cb7a044263aeab3',
          },
          'libggml-cpu-sse42.so': {
            size: 981608,
            sha256: 'ec65053445506965db5dd9382d7ede084ba639edc55f77aaf73581c778969e02',
          },
          'libggml-cpu-x64.so': {
            size: 977688,
            sha256: '1174c3c3e0b8722313df561d7ef5ece516a070732cec9b8ddda3667c0b959728',
          },
          'libggml-cpu-zen4.so': {
            size: 1365288,
            sha256: 'd84208de33fdadb8921a1a1a34342f5eceb1e58b83648be68050f7557312bd3e',
          },
          'libggml-vulkan.so': {
            size: 43255472,
            sha256: '5dbbe80b520118b6b71f3ea31935ba107cee9c9c68f7e7ed18b20cdb424e819b',
          },
          'libggml.vulkan.v0.5.0.so': {
            size: 55184,
            sha256: 'd91d97df063c848c1150957e3281130bb1a6b81ea80a07ef87a1975e0bb229df',
          },
          'libllama.vulkan.v0.5.0.so': {
            size: 4620496,
            sha256: '6152dbaf8b1f64ef6ab5e9e8296d8fca196dc0018f2704d5e67c95ea83ff2294',
          },
        },
      },
    ],
  },
}
