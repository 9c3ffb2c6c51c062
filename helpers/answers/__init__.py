"""The rules of every lesson's exercises, one module a lesson; read them after trying, not before."""
