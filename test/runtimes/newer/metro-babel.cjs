// What metro compiles a file with: React Native's own preset for Babel, and nothing else.

const { transformSync } = require('@babel/core');

exports.transform = ({ filename, src }) => {
  const { ast, metadata } = transformSync(src, {
    filename,
    ast: true,
    code: false,
    babelrc: false,
    configFile: false,
    cloneInputAst: false,
    sourceType: 'unambiguous',
    presets: [require.resolve('@react-native/babel-preset')],
  });
  return { ast, metadata };
};
