# Given to Python on its command line; takes the executor's modules from standard input, so that the sandbox
# needs no file of ours. The first line names each module and its size in bytes; their sources follow. Where
# the executors' parent is among them this process becomes it, and goes on here in each executor it forks;
# where the reader of code is, it becomes that.
import sys

sys.path[:] = filter(None, sys.path)  # no imports from the working directory
import builtins  # noqa: E402

stdin = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115
words = stdin.readline().decode().split()
for name, size in zip(words[::2], words[1::2], strict=True):
    source = b""
    while len(source) < int(size):
        source += stdin.read(int(size) - len(source)) or sys.exit(70)
    module = sys.modules[name] = type(sys)(name)
    # Their own copy: code that bends the built-in functions does not bend the executor.
    vars(module)["__builtins__"] = dict(vars(builtins))
    exec(compile(source, name + ".py", "exec"), vars(module))

if "executor_parent" in sys.modules:
    sys.modules["executor_parent"].executor_when_asked()
if "code_reader" in sys.modules:
    sys.modules["code_reader"].main()
sys.modules["executor_worker"].main_or_last_words()
