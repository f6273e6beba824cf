using Microsoft.Extensions.Logging;

namespace Hearth.Engine.Cache.Disk;

internal sealed class DiskThread(DiskCacheSettings settings, TimeProvider time, ILogger log, Action<DiskResult> tell)
{
    public void Post(DiskCommand command) => _ = (settings, time, log, tell, command);
    public void AwaitFirstScan(TimeSpan longest) => _ = longest;
    public void Stop(TimeSpan longest) => _ = longest;
}
