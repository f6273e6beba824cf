using Hearth.Commands;

namespace Hearth.Tests.Commands;

public sealed class NativeAbortTests
{
    [Fact]
    public void What_a_gpu_cannot_do_is_not_blamed_on_the_model()
    {
        string said = NativeAbort.Describe("ggml-cuda.cu:108: CUDA error");

        Assert.Contains("--gpu cpu", said, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_of_the_model_names_its_place_and_the_file() =>
        Assert.Equal(
            "llama.cpp cannot go on with this model, whose file may be damaged: ggml.c:4005: a->ne[0] == b->ne[0]",
            NativeAbort.Describe("ggml.c:4005: a->ne[0] == b->ne[0]"));
}
