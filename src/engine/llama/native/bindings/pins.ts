// Written by scripts/nativePins.ts from the installed packages. Do not edit.

/** Per platform package its version, and the SHA-256 of each library in it. */
export const pins: Readonly<
  Record<string, { readonly version: string; readonly files: Readonly<Record<string, string>> }>
> = {
  'linux-arm64': {
    version: '3.22.1',
    files: {
      'libggml-base.so': 'ef8a2f781f9fccc99a744166529e20f48ea4c850e35fbb38d88762691fea1da6',
      'libggml-cpu-armv8.0_1.so': '016d2bd41948f4989df8c06a1cb1f6a3ed5a2ead811bd95a4511a842260f2365',
      'libggml-cpu-armv8.2_1.so': '8539c4995e56237e5b43d2147bfabe0fabb21e55cb93d2f3ef55796c819f2d0d',
      'libggml-cpu-armv8.2_2.so': 'fe0312b22078d8215582ca9deb76d595257700a5d0c4cfc43a9a6ee93d828937',
      'libggml-cpu-armv8.2_3.so': '0b5714435030b1a48b5dfae3484c1c592c7f95925444c1799f4a753046e6dbb3',
      'libggml-cpu-armv8.6_1.so': '0fdfbb750748b9502cb5e90ff822415b30390de0b9c527c929087f36548d265e',
      'libggml-cpu-armv8.6_2.so': '5179873d30a2e55db5d8bb20e3c28d32c0a170fbac237cebcbc2f77b477c8946',
      'libggml-cpu-armv9.2_1.so': '98d963eee3db588a9531617588edb077c8f1cdca5ae6d974f0b3324ea1c290ab',
      'libggml-cpu-armv9.2_2.so': '6cb2f7dcac85d7b1ea939354072495a16910d5509c3accd5caa1aab1df6d33f7',
      'libggml.v0.5.0.so': 'c1c7b0c0d2d67863c7e0544dd7190bf0f0897c87ae3002efca5817bdda9b9b85',
      'libllama.v0.5.0.so': 'ba559136061c8ca89df13d86937fa4214100583fb4d734ab2a6ebe2a149be993',
    },
  },
  'linux-x64': {
    version: '3.22.1',
    files: {
      'libggml-base.so': '6c342c8aeb20cb31a18099d6f79de4de6703814d1cfd5c4d754a8643087e486e',
      'libggml-cpu-alderlake.so': '6527efda35405a0d91574aced4a7766db9bb0494ab6458c83fe9eba755eb76f7',
      'libggml-cpu-cannonlake.so': '44285a67a31a81a036a70c565d391b31145d835044c03c76cfaa2f90a9d57d42',
      'libggml-cpu-cascadelake.so': '97cace813fbf7b7a07c4793f6a75b8b2d3de256430620f0be4a15bd4372468ea',
      'libggml-cpu-cooperlake.so': '5eda284fd8986d550e21623b269dd31d02c07fc70121d3099609d5dde6b6847e',
      'libggml-cpu-haswell.so': 'ddaa96012769f0e86e8670cca374243751880bea2c2d0a4413b3a1b7a29dca74',
      'libggml-cpu-icelake.so': '9b9c24aaa775fd38a6e1ff082549e50d4138d29f2e2883630b28ab70704ed896',
      'libggml-cpu-ivybridge.so': '91b27ab81df92b8429c8e3441a8861014d3aec1424f90885a628fd0d4567532f',
      'libggml-cpu-piledriver.so': '2cb5b2101f5bbefa2416ec7f8b6c6acb177d04f0157989c5d92e4c07750fd3f8',
      'libggml-cpu-sandybridge.so': 'bce17565033835dfb59fae2ed712d4c35e56463c2d49ea61ca08e6e2908bdfd6',
      'libggml-cpu-sapphirerapids.so': 'e3d4840632b2242655e1721c6b93ec0370406dded9074accfe90bcfb67bd30b8',
      'libggml-cpu-skylakex.so': 'df30b40a957175cd8e462e8838632dc51e3be7570b27b9526cb7a044263aeab3',
      'libggml-cpu-sse42.so': 'ec65053445506965db5dd9382d7ede084ba639edc55f77aaf73581c778969e02',
      'libggml-cpu-x64.so': '1174c3c3e0b8722313df561d7ef5ece516a070732cec9b8ddda3667c0b959728',
      'libggml-cpu-zen4.so': 'd84208de33fdadb8921a1a1a34342f5eceb1e58b83648be68050f7557312bd3e',
      'libggml.v0.5.0.so': '41cd5e6ad78b9f0af31a6f80d637d3168e75ff84db14c495de4d3d9c95607444',
      'libllama.v0.5.0.so': '2ecd1d85f68456573a664106a9039366b88231579fd65d9669c9a6ab41374fd4',
    },
  },
}
