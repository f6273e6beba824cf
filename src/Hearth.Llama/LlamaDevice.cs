namespace Hearth.Llama;

/// <summary>A device that can compute. Memory in bytes, as the driver reports it now.</summary>
public sealed record LlamaDevice(string Name, string Description, LlamaDeviceKind Kind, long FreeBytes, long TotalBytes);

/// <summary><c>enum ggml_backend_dev_type</c>.</summary>
public enum LlamaDeviceKind
{
    /// <summary>The processor and system memory.</summary>
    Cpu,

    /// <summary>A GPU with memory of its own.</summary>
    Gpu,

    /// <summary>A GPU that shares system memory.</summary>
    IntegratedGpu,

    /// <summary>A library that speeds up the processor.</summary>
    Accelerator,

    /// <summary>Several devices seen as one.</summary>
    Meta,
}
